//! Parses the parts of JSON that a response needs: strings, objects with all their members, duplicates included, and
//! the first item of a list.

use std::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::secret::Secret;

/// Envelopes are nested four levels deep. Deeper values are skipped without recursion, so they need no stack.
const MAX_DEPTH: usize = 8;

/// Borrows from the text that it was parsed from, if that has no escapes.
pub(crate) enum Json<'a> {
    /// In the order of the text. Two members may have the same name.
    Object(Vec<(Text<'a>, Json<'a>)>),
    Text(Text<'a>),
    Number(u64),
    Null,
    /// The first item of a list: no other is needed.
    List(Option<Box<Json<'a>>>),
    /// A boolean, another number, or an object or list below `MAX_DEPTH`.
    Other,
}

/// A string.
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Owned(Secret),
}

impl Text<'_> {
    pub(crate) fn expose(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Owned(text) => text.expose(),
        }
    }
}

impl<'a> Json<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Json<'a>, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let json = Levels(MAX_DEPTH).deserialize(&mut reader)?;
        reader.end()?;
        Ok(json)
    }
}

/// Parses a string.
struct Strings;

impl<'de> DeserializeSeed<'de> for Strings {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Text<'de>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Strings {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text::Owned(Secret::concat(&[text])))
    }
}

/// Parses a value. The number limits the levels of objects and lists.
struct Levels(usize);

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json<'de>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json<'de>, A::Error> {
        let Some(below) = self.0.checked_sub(1) else {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::Other);
        };
        let mut members = Vec::new();
        while let Some(name) = object.next_key_seed(Strings)? {
            members.push((name, object.next_value_seed(Levels(below))?));
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let first = match self.0.checked_sub(1) {
            Some(below) => Json::List(list.next_element_seed(Levels(below))?.map(Box::new)),
            None => Json::Other,
        };
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Strings.visit_borrowed_str(text).map(Json::Text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'de>, E> {
        Strings.visit_str(text).map(Json::Text)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json<'de>, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json<'de>, E> {
        Ok(Json::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json<'de>, E> {
        Ok(Json::Other)
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }
}
