/**
 * Files that the browser decodes and the core does not (Opus, HE-AAC, whatever comes): their sound as a WAV
 * file for the core.
 */

/** The core takes files up to so many bytes; longer songs are handed over in mono. */
const MOST_BYTES = 100 * 1024 * 1024;

const HEADER = 44;
const BYTES_PER_SAMPLE = 2;

/**
 * @param {File} file
 * @returns {Promise<File | null>} null where the browser cannot decode it either
 */
export async function decodedByBrowser(file) {
  if (typeof OfflineAudioContext === 'undefined') return null;
  try {
    const context = new OfflineAudioContext(2, 1, 44_100);
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    const channels = Array.from({ length: Math.min(sound.numberOfChannels, 2) }, (_, i) => sound.getChannelData(i));
    return new File([wavOf(channels, sound.sampleRate, MOST_BYTES)], file.name, { type: 'audio/wav' });
  } catch {
    return null;
  }
}

/**
 * 16-bit PCM in a WAV file; in mono where that is what fits into `most` bytes.
 * @param {Float32Array[]} channels of one length
 * @param {number} rate in Hz
 * @param {number} [most]
 * @returns {ArrayBuffer}
 */
export function wavOf(channels, rate, most = Infinity) {
  const length = channels[0]?.length ?? 0;
  const fits = HEADER + length * channels.length * BYTES_PER_SAMPLE <= most;
  const n = fits ? channels.length : 1;
  const wav = new DataView(new ArrayBuffer(HEADER + length * n * BYTES_PER_SAMPLE));
  const text = (/** @type {number} */ at, /** @type {string} */ words) => [...words].forEach((c, i) => wav.setUint8(at + i, c.charCodeAt(0)));
  text(0, 'RIFF');
  wav.setUint32(4, wav.byteLength - 8, true);
  text(8, 'WAVEfmt ');
  wav.setUint32(16, 16, true);
  wav.setUint16(20, 1, true);
  wav.setUint16(22, n, true);
  wav.setUint32(24, rate, true);
  wav.setUint32(28, rate * n * BYTES_PER_SAMPLE, true);
  wav.setUint16(32, n * BYTES_PER_SAMPLE, true);
  wav.setUint16(34, 16, true);
  text(36, 'data');
  wav.setUint32(40, length * n * BYTES_PER_SAMPLE, true);
  for (let i = 0, at = HEADER; i < length; i += 1) {
    for (let c = 0; c < n; c += 1, at += BYTES_PER_SAMPLE) {
      const sample = fits ? channels[c][i] : channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length;
      wav.setInt16(at, Math.round(Math.min(1, Math.max(-1, sample)) * 32_767), true);
    }
  }
  return wav.buffer;
}
