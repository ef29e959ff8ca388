/** The parts of a call by their numbers NF_TIMING_*. */
const PARTS = ['lookup', 'connect', 'tls', 'server', 'total'];

/** Reads the time of each part in microseconds; null if the call did not do it. `read` takes the number of a part. */
export function timings(read) {
  const times = PARTS.map((part, number) => [part, read(number)]);
  return Object.freeze(Object.fromEntries(times.map(([part, us]) => [part, us < 0 ? null : us])));
}
