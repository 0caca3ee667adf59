/**
 * Take it along: every format with what reads it, the click, pictures, text, a link. All carry the
 * corrections.
 */

import { cued, exportAs } from '../desk.js';
import { chartText } from '../geometry/chart.js';
import { wavOf } from '../playback/decoded.js';
import { clickTrack } from '../take/click-track.js';
import { packed } from '../take/link.js';
import { structurePicture } from '../take/picture.js';
import { groupName } from './canvas.js';
import { element, setText } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { State, Store } from '../state.js' */

/** Formats of the core: name, title, what reads it. */
const FORMATS = [
  ['json', 'JSON', 'everything, for programs'],
  ['midi', 'MIDI', 'tempo map, click, chords and markers, for any DAW'],
  ['musicxml', 'MusicXML', 'a lead sheet for MuseScore, Sibelius, Dorico, Finale'],
  ['chordpro', 'ChordPro', 'OnSong, SongBook and other song sheets; transposes'],
  ['chordpro-grid', 'ChordPro grid', 'the same as a table of bars and beats'],
  ['ireal', 'iReal Pro', 'a page whose links it opens as charts to play along'],
  ['audacity', 'Audacity labels', 'ZIP of label tracks: File › Import › Labels'],
  ['sonic-visualiser', 'Sonic Visualiser', 'ZIP of layers, and a session that opens them'],
  ['reaper', 'REAPER', 'regions: Region/Marker Manager › Import'],
  ['rekordbox', 'rekordbox XML', 'beat grid and cue points for DJs'],
  ['traktor', 'Traktor NML', 'beat grid and hot cues for DJs'],
  ['csv', 'CSV', 'spreadsheets'],
  ['lab', 'lab', 'ZIP of a file a task, for mir_eval and other MIR tools'],
  ['jams', 'JAMS', 'jams, mirdata and other research tools'],
  ['spotify', 'Spotify’s shape', 'programs written for its audio analysis'],
];

/** A link longer than this is cut by some messengers. */
const LONG_LINK = 30_000;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function takeView(root, store, scope) {
  const said = element('p', { class: 'hint', role: 'status' });
  /** @type {[string, string, string, (state: State) => Promise<void> | void][]} */
  const own = [
    ['click', 'Click track', 'WAV as long as the song, to put beside it', ({ report }) => {
      const { samples, rate } = clickTrack(some(report));
      save(new Blob([wavOf([samples], rate)], { type: 'audio/wav' }), 'click.wav');
    }],
    ['cues', 'WAV with cue points', 'a copy of a WAV file, for editors, samplers and DAWs', async ({ found, edits, file, report }) => {
      if (report?.source.container !== 'wav' || !file) throw new Error('cue points are written into WAV files only');
      save(new Blob([await cued(some(found), edits, await file.arrayBuffer())], { type: 'audio/wav' }), 'cued.wav');
    }],
    ['svg', 'Picture, SVG', 'sharp at every size', (state) => save(new Blob([pictureOf(state)], { type: 'image/svg+xml' }), 'svg')],
    ['png', 'Picture, PNG', 'for everything else', async (state) => save(await png(pictureOf(state)), 'png')],
    ['text', 'Chart as text', 'for mails and notes, as it is to be played', ({ sheet }) => save(new Blob([chartText(some(sheet), titleOf(store.state))], { type: 'text/plain;charset=utf-8' }), 'txt')],
    ['corrections', 'Corrections', 'for sectionist analyze --corrections', ({ edits }) => save(new Blob([JSON.stringify({ version: 1, edits }, null, 2)], { type: 'application/json' }), 'corrections.json')],
    ['link', 'Link', 'opens all this elsewhere, without the audio; nothing is uploaded', async ({ found, edits }) => {
      const link = `${location.href.split('#')[0]}#${await packed(some(found), edits)}`;
      const words = link.length > LONG_LINK ? ` It has ${Math.round(link.length / 1000)} thousand characters: some messengers cut it.` : '';
      try {
        await navigator.clipboard.writeText(link);
        setText(said, `The link is copied.${words}`);
      } catch {
        const field = element('input', { type: 'text', readonly: true, value: link, 'aria-label': 'Link' });
        said.replaceChildren('Copy this link:', field, words);
        field.select();
      }
      root.dataset.link = link;
    }],
    ['print', 'Print', 'the chart on paper or as PDF', () => window.print()],
  ];

  /** @param {Blob} blob @param {string} extension */
  function save(blob, extension) {
    const link = element('a', { href: scope.objectUrl(blob), download: `${titleOf(store.state).replace(/[/\\:*?"<>|]+/g, '-')}.${extension}` });
    link.click();
    setText(said, `${link.download} is saved.`);
    // For tests and for whoever wants to see what was made.
    root.dataset.saved = link.href;
    root.dataset.name = link.download;
  }

  const item = (/** @type {string} */ id, /** @type {string} */ title, /** @type {string} */ reader, /** @type {(state: State) => Promise<void> | void} */ run) => {
    const button = element('button', { type: 'button', class: 'take', 'data-take': id }, element('strong', {}, title), element('span', {}, reader));
    scope.on(button, 'click', async () => {
      setText(said, '');
      delete root.dataset.saved;
      try {
        await run(store.state);
      } catch (error) {
        setText(said, `That did not work: ${/** @type {Error} */ (error).message}.`);
      }
    });
    return button;
  };
  root.append(
    element('h2', { id: 'take-title' }, 'Take it along'),
    element('div', { class: 'take-list' }, ...own.map((one) => item(...one))),
    element('h3', {}, 'For other programs'),
    element(
      'div',
      { class: 'take-list' },
      ...FORMATS.map(([format, title, reader]) =>
        item(format, title, reader, async ({ found, edits }) => {
          const { bytes, type, extension } = await exportAs(some(found), edits, format);
          save(new Blob([bytes], { type }), format === 'json' ? 'sectionist.json' : extension);
        }),
      ),
    ),
    said,
  );
}

/** @template T @param {T | null} value @returns {T} */
function some(value) {
  if (value === null) throw new Error('no song is open');
  return value;
}

/** @param {State} state */
const titleOf = ({ report, file }) => report?.source.tags.title || (report?.source.name ?? file?.name ?? 'song').replace(/\.[^.]*$/, '');

/** @param {State} state */
function pictureOf(state) {
  const probe = element('i', { hidden: true });
  document.body.append(probe);
  const picture = structurePicture(some(state.sheet), titleOf(state), (group) => {
    probe.dataset.group = groupName(group);
    const style = getComputedStyle(probe);
    return { wave: plain(style.getPropertyValue('--wave-on-paper')), fill: plain(style.getPropertyValue('--fill-on-paper')), ink: plain(style.getPropertyValue('--ink-on-paper')) };
  });
  probe.remove();
  return picture;
}

/** @type {OffscreenCanvasRenderingContext2D | null} */
let mixer = null;

/** A colour as every reader of SVG knows it. @param {string} colour */
function plain(colour) {
  mixer ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!mixer) return '#888';
  mixer.fillStyle = colour;
  mixer.fillRect(0, 0, 1, 1);
  const [r, g, b] = mixer.getImageData(0, 0, 1, 1).data;
  return `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {string} svg @returns {Promise<Blob>} twice the size, for sharp screens */
async function png(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(2 * image.width, 2 * image.height);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/png' });
}
