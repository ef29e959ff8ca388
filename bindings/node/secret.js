import { readSync } from 'node:fs';
import { NativeflowError, Code } from './error.js';

const NEWLINE = 10;
const RETURN = 13;
const NUL = 0;

/** Refuses a secret that is zeros by now: it would be sent as an empty one, which is a failed login. */
export const usedBefore = () =>
  new NativeflowError(Code.INVALID_ARGUMENT, 'A login or secret was used before, or is no Secret', 'Correct the calling program: make a new Secret for each use.');

/**
 * A login or a password, for one use: zeros when it has been used or is wiped.
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

  /** Takes it for a use: false when it was taken or wiped before. Who takes it wipes it. */
  take() {
    const isFresh = !this.#isUsed;
    this.#isUsed = true;
    return isFresh;
  }

  wipe() {
    this.#isUsed = true;
    this.memory.fill(0);
  }
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
