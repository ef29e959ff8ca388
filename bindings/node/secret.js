import { readSync } from 'node:fs';
import { NativeflowError, Code } from './error.js';

const NEWLINE = 10;
const RETURN = 13;
const NUL = 0;

/** The error for a used secret. It contains only zeros: it would be sent as an empty one, which counts as a failed login. */
const usedBefore = () =>
  new NativeflowError(Code.INVALID_ARGUMENT, 'Invalid login or secret (used before, or not a Secret)', 'Fix the calling program: make a new Secret for each use.');

/** Wipes a secret that the program has not wiped, before its memory is freed. */
const forgotten = new FinalizationRegistry((memory) => memory.fill(0));

/**
 * A login, a password or a part of a stored token. It has one use. It is zeros when a call has taken it or it is wiped. The
 * call has its own copy, so wiping the secret does not change the data that the call sends.
 *
 * It has its own buffer, which threads share, so no thread needs a copy. Buffer.from(text) uses a part of a pool that the
 * whole program shares. Buffer.alloc of up to 64 bytes may be on V8's heap, where the collector moves it and does not wipe
 * the old place.
 */
export class Secret {
  /** The bytes, with a NUL at their end. C receives their address. */
  memory;
  #isUsed = false;

  /** Creates a secret with room for `capacity` bytes, all zero. */
  constructor(capacity) {
    this.memory = Buffer.from(new SharedArrayBuffer(capacity + 1));
    forgotten.register(this, this.memory);
  }

  /** Copies text that is not a secret in this program, such as a login from a file. A string cannot be wiped. */
  static from(text) {
    if (text.includes('\0')) {
      throw new NativeflowError(Code.INVALID_ARGUMENT, 'Invalid text (contains a NUL character)', 'Fix the calling program: pass the text without it.');
    }
    // U+FFFD replaces bytes that could not be decoded, and would replace half of a surrogate pair: another user's login.
    if (/[\ufffd\p{Surrogate}]/u.test(text)) {
      throw new NativeflowError(Code.INVALID_UTF8, 'Invalid text (contains half of a surrogate pair, or U+FFFD)', 'Fix the calling program: read the text with its own charset, and pass it unchanged.');
    }
    const secret = new Secret(Buffer.byteLength(text));
    secret.memory.write(text);
    return secret;
  }

  /**
   * Reads the first line of a file (0: standard input) directly into the memory of the secret: process.stdin would leave
   * parts of it in its own buffers. Bytes after the line may be read too, and are lost. Throws a RangeError if the line is
   * longer or contains a NUL.
   *
   * @param capacity the maximum length of the line in bytes, without its LF and with the CR of a CR LF
   */
  static readLine(file, capacity) {
    const secret = new Secret(capacity);
    try {
      const end = lineEnd(file, secret.memory);
      if (secret.memory.subarray(0, end).includes(NUL)) {
        throw new RangeError('the first line contains a NUL character'); // in C, it would end the text
      }
      secret.memory.fill(0, secret.memory[end - 1] === RETURN ? end - 1 : end);
      return secret;
    } catch (failed) {
      secret.wipe();
      throw failed;
    }
  }

  /** Moves the secret into a new one, which the call wipes. Throws if it was taken or wiped before. */
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

/** Takes each of these secrets for a call; null stays null. Afterwards all are wiped, even if one is rejected. */
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

/** Reads until the memory contains a line break, or to the end of the file. Returns where the line ends. */
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
