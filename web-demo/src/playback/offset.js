/**
 * What browsers play too late.
 *
 * The core trims the silence that encoders put before the sound, also where the file does not tell how
 * much it is; browsers trim it only where it tells. So in such files the sound comes later in the
 * browser than in the report.
 */

/** Samples that the core trims without a word about it: LAME's 576 and the decoder's 529; an encoder's frame. */
const DELAYS = { mp3: 1105, aac: 1024 };

/** Bytes that are looked at. */
const HEAD = 1 << 16;

/** Encoders in whose header the delay is written. */
const WRITES_DELAY = /^(LAME|Lavf|Lavc|L3\.99)/;

/**
 * Seconds by which `file`'s sound comes later in the browser than in its report.
 * @param {Blob} file
 * @param {{ container: string, codec: string, sample_rate: number }} source
 */
export async function playbackOffset(file, { container, codec, sample_rate: rate }) {
  if (!(rate > 0)) return 0;
  // Bare streams of AAC cannot tell; what Matroska tells, browsers do not heed.
  if (container === 'aac') return DELAYS.aac / rate;
  if (container === 'mkv' && codec === 'mp3') return DELAYS.mp3 / rate;
  if (container !== 'mp3') return 0;
  let head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const skip = tagLength(head);
  if (skip > 0) head = new Uint8Array(await file.slice(skip, skip + HEAD).arrayBuffer());
  return tellsDelay(head) ? 0 : DELAYS.mp3 / rate;
}

/**
 * Bytes of the ID3 tag at the start, with its header.
 * @param {Uint8Array} bytes
 */
export function tagLength(bytes) {
  if (bytes.length < 10 || bytes[0] !== 0x49 || bytes[1] !== 0x44 || bytes[2] !== 0x33) return 0;
  return 10 + ((bytes[6] & 127) << 21) + ((bytes[7] & 127) << 14) + ((bytes[8] & 127) << 7) + (bytes[9] & 127);
}

/**
 * Whether the first frame of an MP3 stream tells the encoder's delay.
 * @param {Uint8Array} bytes
 */
export function tellsDelay(bytes) {
  const start = bytes.findIndex((byte, i) => byte === 0xff && (bytes[i + 1] & 0xe0) === 0xe0 && (bytes[i + 1] & 0x06) !== 0);
  if (start < 0) return false;
  const isFirst = (bytes[start + 1] & 0x08) !== 0;
  const isMono = bytes[start + 3] >> 6 === 3;
  // The information stands after the side information of an empty frame.
  const at = start + 4 + (isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  const text = (/** @type {number} */ from, /** @type {number} */ n) => String.fromCharCode(...bytes.subarray(from, from + n));
  if (!['Xing', 'Info'].includes(text(at, 4))) return false;
  const flags = bytes[at + 7];
  const encoder = at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  return WRITES_DELAY.test(text(encoder, 9));
}
