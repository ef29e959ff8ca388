import { readSync } from 'node:fs';
import { NativeflowError, Code } from './error.js';

const NEWLINE = 10;
const RETURN = 13;
const NUL = 0;

/** Refuses a secret that is zeros by now: it would be sent as an empty one, which is a failed login. */
const usedBefore = () =>
  new NativeflowError(Code.INVALID_ARGUMENT, 'A login or secret was used before, or is no Secret', 'Correct the calling program: make a new Secret for each use.');

/** Wipes a secret that the program forgot, before its memory is freed. */
const forgotten = new FinalizationRegistry((memory) => memory.fill(0));

/**
 * A login or a password, for one use: zeros when a call has taken it or it is wiped. The call has a copy of its own, so
 * wiping the secret does not change what the call sends.
 *
 * It has a buffer of its own, which threads share, so that none needs a copy. Buffer.from(text) takes a piece of one that
 * the whole program shares, and Buffer.alloc of up to 64 bytes may lie on the heap of V8, whose collector moves it and
 * leaves the old place as it was.
 */
export class Secret {
  /** The bytes with a NUL at their end: C gets their address. */
  memory;
  #isUsed = false;

  /** Room for `capacity` bytes, all zero. */
  constructor(capacity) {
    this.memory = Buffer.from(new SharedArrayBuffer(capacity + 1));
    forgotten.register(this, this.memory);
  }

  /** Copies text that is no secret in this program, such as a login from a file: a string cannot be wiped. */
  static from(text) {
    if (text.includes('\0')) {
      throw new NativeflowError(Code.INVALID_ARGUMENT, 'A text holds a NUL character', 'Correct the calling program: pass the text without it.');
    }
    // U+FFFD stands in place of what could not be decoded, and would in place of half a character: another user's login.
    if (/[\ufffd\p{Surrogate}]/u.test(text)) {
      throw new NativeflowError(Code.INVALID_UTF8, 'A text holds half a character, or U+FFFD for what was not UTF-8', 'Correct the calling program: pass the text as it was.');
    }
    const secret = new Secret(Buffer.byteLength(text));
    secret.memory.write(text);
    return secret;
  }

  /**
   * Reads the first line of a file (0: standard input), straight into the memory of the secret: process.stdin would
   * leave pieces of it in buffers of its own. What stands behind the line may be read as well, and is lost. A line that is
   * longer, or holds a NUL, is a RangeError.
   *
   * @param capacity the longest line in bytes, its newline not included (but the CR of a CR LF)
   */
  static readLine(file, capacity) {
    const secret = new Secret(capacity);
    try {
      const end = lineEnd(file, secret.memory);
      if (secret.memory.subarray(0, end).includes(NUL)) {
        throw new RangeError('the first line holds a NUL character'); // C would take what stands before it
      }
      secret.memory.fill(0, secret.memory[end - 1] === RETURN ? end - 1 : end);
      return secret;
    } catch (failed) {
      secret.wipe();
      throw failed;
    }
  }

  /** Moves it into a secret of the call's own, which the call wipes; throws if it was taken or wiped before. */
  take() {
    if (this.#isUsed) {
      throw usedBefore();
    }
    try {
      const taken = new Secret(this.memory.length - 1);
      taken.memory.set(this.memory);
      return taken;
    } finally {
      this.wipe();
    }
  }

  wipe() {
    this.#isUsed = true;
    this.memory.fill(0);
  }
}

/** Takes each of these for a call: null for one that is not given. Afterwards all are wiped, even if one is refused. */
export function takeAll(given) {
  const taken = [];
  try {
    for (const one of given) {
      taken.push(take(one));
    }
    return taken;
  } catch (failed) {
    taken.forEach((one) => one?.wipe());
    throw failed;
  } finally {
    given.forEach((one) => one instanceof Secret && one.wipe());
  }
}

function take(one) {
  if (one === null || one === undefined) {
    return null;
  }
  if (!(one instanceof Secret)) {
    throw usedBefore();
  }
  return one.take();
}

/** Reads until there is a line end in the memory, or no more; returns where it is. */
function lineEnd(file, memory) {
  for (let length = 0; length < memory.length; ) {
    const read = readSync(file, memory, length, memory.length - length, null);
    const end = memory.subarray(0, length + read).indexOf(NEWLINE, length);
    length += read;
    if (end >= 0 || (read === 0 && length < memory.length)) {
      return end >= 0 ? end : length;
    }
  }
  throw new RangeError(`the first line is longer than ${memory.length - 1} bytes`);
}
