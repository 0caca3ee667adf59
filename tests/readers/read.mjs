// What chordsheetjs reads in a ChordPro file: one line of JSON. Called with the folder that it is installed in, and the file.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [folder, file] = process.argv.slice(2);
const { ChordProParser } = createRequire(`${folder}/`)('chordsheetjs');
const song = new ChordProParser().parse(readFileSync(file, 'utf8'));
const lyrics = (line) => line.items.map((item) => item.lyrics ?? '').join('');
const higher = song.transpose(1);

console.log(
  JSON.stringify({
    title: song.title,
    artist: song.artist,
    key: song.key,
    time: song.time,
    chords: song.bodyLines.flatMap((line) => line.items.map((item) => item.chords).filter(Boolean)),
    transposed: higher.bodyLines.flatMap((line) => line.items.map((item) => item.chords).filter(Boolean)),
    bars: song.bodyLines.map(lyrics).filter((text) => text.startsWith('|')).map((text) => text.split('|').length - 2),
    strokes: song.bodyLines.map(lyrics).join('').split('/').length - 1,
    parts: song.bodyParagraphs.map(({ type, label }) => [type, label]).filter(([, label]) => label),
    comments: song.bodyLines.flatMap((line) => line.items.filter((item) => item.name === 'comment').map((item) => item.value)),
  }),
);
