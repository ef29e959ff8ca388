//! The keys that encrypt secrets between calls, and that make fingerprints of them.
//!
//! They are made once, and a child of fork inherits them: the child can read what its parent has encrypted. The system does
//! not lock a child's memory, so each process locks the keys again.

use std::mem;
use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};

use once_cell::race::OnceBox;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroize as _;

use super::fork::this_process;
use super::pages::Pages;
use super::registers::clear_registers;
use super::stack::{clear_stack, clear_stack_briefly_used};

static KEY: OnceBox<SealingKey> = OnceBox::new();

/// Runs `work` with the key, and then clears the registers, which contain parts of it. `None` if the system has no memory
/// or no random numbers for a key.
pub(crate) fn with_sealing_key<R>(work: impl FnOnce(&LessSafeKey) -> R) -> Option<R> {
    let key = KEY.get_or_try_init(|| SealingKey::new().map(Box::new).ok_or(())).ok()?;
    Some(key.with(work))
}

/// Runs `work` with the key of fingerprints, and then clears the registers and the stack of `work`: they contain parts of
/// the key and of the texts, and unused stack memory may be copied to the heap. `None` as above.
pub(crate) fn with_fingerprint_key<R>(work: impl FnOnce(&hmac::Key) -> R) -> Option<R> {
    /// Never inlined, because only the stack below the caller's frame is cleared.
    #[inline(never)]
    fn apart<R>(key: &hmac::Key, work: impl FnOnce(&hmac::Key) -> R) -> R {
        work(key)
    }
    let key = KEY.get_or_try_init(|| SealingKey::new().map(Box::new).ok_or(())).ok()?;
    let result = key.with_content(|content| apart(&content.fingerprints, work));
    clear_stack_briefly_used();
    Some(result)
}

/// AES-256-GCM: ring uses the key where it is, and ChaCha20 would copy it to the stack.
struct SealingKey {
    /// A [`Content`], in memory that is locked if the limit allows it and left out of core dumps.
    pages: Pages,
    /// The process that has locked them last.
    locked_by: AtomicU64,
}

/// Never moved: a move would leave a copy.
#[repr(C)]
struct Content {
    key: LessSafeKey,
    /// HMAC-SHA256: a short secret cannot be guessed from its fingerprint without this key.
    fingerprints: hmac::Key,
    /// The random numbers that a key is made from. Wiped afterwards.
    random: [u8; 32],
}

impl SealingKey {
    fn new() -> Option<SealingKey> {
        let pages = Pages::new(size_of::<Content>())?;
        let key = SealingKey { pages, locked_by: AtomicU64::new(this_process()) };
        let is_made = make(key.content());
        // ring returns the key by value.
        clear_stack();
        clear();
        is_made.then_some(key)
    }

    fn with<R>(&self, work: impl FnOnce(&LessSafeKey) -> R) -> R {
        self.with_content(|content| work(&content.key))
    }

    fn with_content<R>(&self, work: impl FnOnce(&Content) -> R) -> R {
        let process = this_process();
        if self.locked_by.load(Ordering::Relaxed) != process {
            self.pages.lock_again();
            self.locked_by.store(process, Ordering::Relaxed);
        }
        // SAFETY: `new` has written it, and nothing changes it before `drop`.
        let result = work(unsafe { self.content().as_ref() });
        clear();
        result
    }

    fn content(&self) -> NonNull<Content> {
        // Pages are aligned for every type.
        self.pages.start().cast()
    }
}

/// Never inlined, because only the stack below the caller's frame is cleared.
#[inline(never)]
fn make(content: NonNull<Content>) -> bool {
    let content = content.as_ptr();
    // SAFETY: nothing else knows these pages. They are zero, which is a valid array.
    let random = unsafe { &mut (*content).random };
    let key = SystemRandom::new().fill(random).and_then(|()| UnboundKey::new(&AES_256_GCM, random));
    let key = key.map(LessSafeKey::new);
    let fingerprints = SystemRandom::new().fill(random).map(|()| hmac::Key::new(hmac::HMAC_SHA256, random));
    random.zeroize();
    let (Ok(key), Ok(fingerprints)) = (key, fingerprints) else { return false };
    // SAFETY: as above.
    unsafe {
        (&raw mut (*content).key).write(key);
        (&raw mut (*content).fingerprints).write(fingerprints);
    }
    true
}

/// Once in the library, because the code is long.
#[inline(never)]
fn clear() {
    clear_registers();
}

impl Drop for SealingKey {
    /// Runs only if another thread made a key at the same time, or if making it failed.
    fn drop(&mut self) {
        // SAFETY: the pages are at least this long, and this is the only reference to them. The key needs no drop.
        unsafe { slice::from_raw_parts_mut(self.pages.start().as_ptr(), size_of::<Content>()) }.zeroize();
        const { assert!(!mem::needs_drop::<Content>()) };
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::mem::offset_of;
    use std::ops::Range;
    use std::os::unix::fs::FileExt as _;
    use std::slice;
    use std::sync::PoisonError;
    use std::sync::mpsc::channel;
    use std::thread;

    use ring::aead::{Aad, Nonce};
    use ring::hmac;
    use zeroize::Zeroize as _;

    use super::{Content, SealingKey};
    use crate::wipe::slots::LOCKABLE;
    use crate::wipe::stack::clear_stack;

    /// The places of the two keys.
    const KEYS: [Range<usize>; 2] =
        [0..offset_of!(Content, fingerprints), offset_of!(Content, fingerprints)..offset_of!(Content, random)];

    /// Encrypts and decrypts.
    fn works(key: &SealingKey) -> bool {
        let mut bytes = [7; 1024];
        let nonce = || Nonce::assume_unique_for_key([0; 12]);
        let Ok(tag) = key.with(|key| key.seal_in_place_separate_tag(nonce(), Aad::empty(), &mut bytes)) else {
            return false;
        };
        key.with(|key| key.open_in_place_separate_tag(nonce(), Aad::empty(), tag, &mut bytes, 0..).is_ok())
            && bytes == [7; 1024]
    }

    fn fingerprint(key: &SealingKey, text: &[u8]) -> hmac::Tag {
        key.with_content(|content| hmac::sign(&content.fingerprints, text))
    }

    fn range(line: &str) -> Option<Range<usize>> {
        let (from, to) = line.split(' ').next()?.split_once('-')?;
        Some(usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?)
    }

    /// Checked with the system's own list: `lo` locked, `dd` not dumped.
    #[test]
    fn key_is_locked_and_left_out_of_dumps_also_in_a_child() {
        let _alone = LOCKABLE.lock().unwrap_or_else(PoisonError::into_inner);
        let key = SealingKey::new().unwrap();
        let address = key.content().as_ptr() as usize;
        let has = |flags: [&str; 2]| {
            let maps = fs::read_to_string("/proc/self/smaps").unwrap_or_default();
            let mut lines = maps.lines().skip_while(|line| !range(line).is_some_and(|range| range.contains(&address)));
            let line = lines.find(|line| line.starts_with("VmFlags:")).unwrap_or_default();
            flags.map(|flag| line.split(' ').any(|given| given == flag))
        };
        assert_eq!(has(["lo", "dd"]), [true, true]);
        // SAFETY: the child uses system calls and memory of the heap, whose locks the C library keeps usable.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let before = has(["lo", "dd"]);
            let is_good = before == [false, true] && works(&key) && has(["lo", "dd"]) == [true, true];
            // SAFETY: ends the child, and runs no code of its parent.
            unsafe { libc::_exit((!is_good).into()) };
        }
        let mut status = 0;
        // SAFETY: the child from above.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "{status}");
    }

    fn bytes(key: &SealingKey) -> &[u8] {
        // SAFETY: initialized by `new`, and nothing changes it before `drop`.
        unsafe { slice::from_raw_parts(key.content().as_ptr().cast(), size_of::<Content>()) }
    }

    fn numbers(bytes: &[u8]) -> impl Iterator<Item = u64> {
        bytes.windows(8).map(|window| u64::from_ne_bytes(window.try_into().unwrap()))
    }

    /// Counts the places in this process's memory where eight bytes of a key are. `hidden` contains their complements: it is in
    /// memory too. The key itself and the stack of this thread are left out.
    fn places(hidden: &HashSet<u64>, key: Range<usize>) -> usize {
        let ends: HashSet<u16> = hidden.iter().map(|number| *number as u16).collect();
        let mut possible = vec![false; 1 << 16];
        ends.iter().for_each(|&end| possible[usize::from(end)] = true);
        let here = (&raw const possible) as usize;
        let memory = fs::File::open("/proc/self/mem").unwrap();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let ranges = maps.lines().filter(|line| line.contains(" rw")).filter_map(range);
        let mut block = vec![0; 1 << 16];
        let mut found = 0;
        for range in ranges.filter(|range| !range.contains(&here) && !range.contains(&key.start)) {
            for start in range.clone().step_by(block.len()) {
                let block = &mut block[..(1 << 16).min(range.end - start)];
                // Another test may have unmapped it.
                if memory.read_exact_at(block, start as u64).is_ok() && block.iter().any(|byte| *byte != 0) {
                    found += numbers(block)
                        .filter(|number| possible[usize::from(!*number as u16)] && hidden.contains(&!number))
                        .count();
                }
            }
        }
        found
    }

    /// Makes a key whose unused bytes are zero: making another one before it clears the stack, from which they are copied.
    fn new_key() -> SealingKey {
        drop(SealingKey::new());
        SealingKey::new().unwrap()
    }

    #[test]
    fn keys_are_nowhere_else_in_memory() {
        let (to_here, from_there) = channel();
        let (to_there, from_here) = channel::<()>();
        // A thread of its own, whose stack is searched while it waits.
        let user = thread::spawn(move || {
            let key = new_key();
            assert!(works(&key));
            let address = bytes(&key).as_ptr_range();
            to_here.send(address.start as usize..address.end as usize).unwrap();
            from_here.recv().unwrap();
            assert_ne!(fingerprint(&key, b"a").as_ref(), fingerprint(&key, b"b").as_ref());
            // As at the end of each call of the library, because ring copies this key to the stack.
            clear_stack();
            to_here.send(0..0).unwrap();
            from_here.recv().unwrap();
            for place in KEYS {
                let mut copy = bytes(&key)[place].to_vec();
                to_here.send(0..copy.len()).unwrap();
                from_here.recv().unwrap();
                copy.zeroize();
            }
        });
        let place: Range<usize> = from_there.recv().unwrap();
        let other = new_key();
        // SAFETY: the content of a key that exists until the thread gets the second message.
        let key = unsafe { slice::from_raw_parts(place.start as *const u8, place.len()) };
        // Without addresses and lengths, which every key contains.
        let is_random =
            |(one, other): &(u64, u64)| (one ^ other).to_ne_bytes().iter().filter(|&&byte| byte == 0).count() < 3;
        let hidden = KEYS.map(|place| {
            let pairs = numbers(&key[place.clone()]).zip(numbers(&bytes(&other)[place]));
            pairs.filter(is_random).map(|(one, _)| !one).collect::<HashSet<u64>>()
        });
        let counts = hidden.each_ref().map(HashSet::len);
        // Round keys of AES, and two states of SHA-256.
        assert!(counts[0] > 200 && counts[1] >= 50, "{counts:?}");
        let found = || hidden.each_ref().map(|hidden| places(hidden, place.clone()));
        assert_eq!(found(), [0, 0], "made and used to encrypt");
        to_there.send(()).unwrap();
        from_there.recv().unwrap();
        assert_eq!(found(), [0, 0], "used for fingerprints");
        for hidden in &hidden {
            to_there.send(()).unwrap();
            from_there.recv().unwrap();
            assert!(places(hidden, place.clone()) > 0, "the control was not found");
        }
        to_there.send(()).unwrap();
        user.join().unwrap();
    }
}
