//! Parses the parts of JSON that a response needs: strings, objects with all their members, duplicates included, and
//! the first item of a list.

use std::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::secret::Secret;

/// Envelopes are nested four levels deep. Deeper values are skipped without recursion, so they need no stack.
const MAX_DEPTH: usize = 8;

pub(crate) enum Json {
    /// In the order of the text. Two members may have the same name.
    Object(Vec<(String, Json)>),
    Text(Secret),
    Number(u64),
    Null,
    /// The first item of a list: no other is needed.
    List(Option<Box<Json>>),
    /// A boolean, another number, or an object or list below `MAX_DEPTH`.
    Other,
}

impl Json {
    pub(crate) fn parse(text: &str) -> Result<Json, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let json = Levels(MAX_DEPTH).deserialize(&mut reader)?;
        reader.end()?;
        Ok(json)
    }
}

/// Parses a value. The number limits the levels of objects and lists.
struct Levels(usize);

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let Some(below) = self.0.checked_sub(1) else {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::Other);
        };
        let mut members = Vec::new();
        while let Some(name) = object.next_key()? {
            members.push((name, object.next_value_seed(Levels(below))?));
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let first = match self.0.checked_sub(1) {
            Some(below) => Json::List(list.next_element_seed(Levels(below))?.map(Box::new)),
            None => Json::Other,
        };
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(Secret::concat(&[text])))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
}
