import { readSync } from 'node:fs';
import { NativeflowError, Code } from './error.js';

const NEWLINE = 10;
const RETURN = 13;

/**
 * A login or a password: zeros when it has been used or is wiped.
 *
 * It has an ArrayBuffer of its own. Buffer.from(text) takes a piece of one that the whole program shares, and
 * Buffer.alloc of up to 64 bytes may lie on the heap of V8, whose collector moves it and leaves the old place as it was.
 */
export class Secret {
  /** The bytes with a NUL at their end: C gets their address. */
  memory;

  /** Room for `capacity` bytes, all zero. */
  constructor(capacity) {
    this.memory = Buffer.from(new ArrayBuffer(capacity + 1));
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
   * leave pieces of it in buffers of its own. What stands behind the line may be read as well, and is lost.
   *
   * @param capacity the longest line in bytes, its end included
   */
  static readLine(file, capacity) {
    const secret = new Secret(capacity);
    try {
      const end = lineEnd(file, secret.memory);
      secret.memory.fill(0, secret.memory[end - 1] === RETURN ? end - 1 : end);
      return secret;
    } catch (failed) {
      secret.wipe();
      throw failed;
    }
  }

  wipe() {
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
