/**
 * The one store. Views paint its state and ask for things; session.js, editor.js, shelf.js and the player
 * answer and are the only ones that set it.
 */

/** @import { Edit } from './editor.js' */
/** @import { Report } from './report.js' */
/** @import { Scope } from './scope.js' */
/** @import { SongCard } from './library.js' */

/**
 * @typedef {object} Problem
 * @property {string} code      as in the service's JSON, or one of the page's own
 * @property {string} message   words of whoever noticed it
 * @property {Record<string, any>} [details]
 * @property {string} [name]    of the file
 */

/** @typedef {{ start: number, end: number, kind: 'section' | 'phrase' | 'bars', name: string }} Loop */
/** @typedef {{ id: number, name: string, stage: string, fraction: number, state: 'waiting' | 'working' | 'done' | 'failed', words: string, song: string }} Job */

/**
 * @typedef {object} State
 * @property {'idle' | 'reading' | 'analysing' | 'ready' | 'error'} phase
 * @property {File | null} file                 what is analysed just now, else the audio of the song
 * @property {string} id                        of the song in the library
 * @property {string} notice                    something to know that is no error
 * @property {{ stage: string, fraction: number }} progress
 * @property {Report | null} report             as it is shown: corrected
 * @property {Report | null} sheet            as it is to be played
 * @property {Report | null} found              as it was analysed
 * @property {Edit[]} edits                     what was corrected, in order
 * @property {Edit[]} undone                    what was taken back, last first
 * @property {number} elapsed                   seconds that the analysis took
 * @property {Problem | null} problem
 * @property {Record<string, string>} options   for songs to come, where they differ from the defaults
 * @property {Record<string, string>} used      with which the song was analysed
 * @property {boolean | null} playable          whether the browser plays the file; null until known
 * @property {boolean} playing
 * @property {boolean} counting                 the count-in before the song
 * @property {number} time                      position in the song in seconds
 * @property {number} rate                      speed of playback, 1 as recorded
 * @property {number} pitch                     semitones up
 * @property {Loop | null} loop
 * @property {{ on: boolean, volume: number, countIn: boolean, pause: boolean }} click
 * @property {number} zoom                      magnification of the strip
 * @property {{ start: number, end: number } | null} view   what the timeline shows; null for all
 * @property {boolean} follow                   the chart keeps the bar that sounds in view
 * @property {boolean} editing                  the tools of correction are out
 * @property {number} focus                     section whose repeats are lit up; −1 for none
 * @property {{ transpose: number, capo: number, simple: boolean, instrument: string }} play
 * @property {Job[]} queue
 * @property {SongCard[]} songs                 the library
 * @property {SongCard | null} gone             the song that was deleted last, while it can be put back
 * @property {'ask' | 'keep' | 'no'} keeping    whether audio is kept with a song
 */

/**
 * What views may ask for, with its value.
 * @typedef {object} Requests
 * @property {File[]} open                open the first of these files, and the others after it
 * @property {File} attach                play this file for the song that is open
 * @property {void} sample                open the sample song
 * @property {void} reopen                analyse the same file again, with the options as they are now
 * @property {void} cancel                stop the analysis
 * @property {number} drop                take a job out of the queue
 * @property {void} dismiss               the problem has been read
 * @property {string} show                open this song of the library
 * @property {void} shelved            the library has changed
 * @property {string} shared           open what a link holds
 * @property {string | null} forget       delete this song of the library; all for null
 * @property {void} restore               put back what was deleted last
 * @property {'keep' | 'no'} keeping
 * @property {Record<string, string>} options
 * @property {Record<string, string>} used
 * @property {Edit} edit
 * @property {void} undo
 * @property {void} redo
 * @property {void} found                 back to what was found
 * @property {{ edits: Edit[], undone: Edit[] }} adopt   corrections made in another tab
 * @property {boolean} editing
 * @property {number} seek                go to this second
 * @property {1 | -1} section             go to the next or the previous section
 * @property {{ by: 1 | -1, unit: 'beat' | 'bar' }} step
 * @property {void} toggle                play or pause
 * @property {void} loop                  repeat the current section, or stop repeating
 * @property {void} phrase                repeat the current phrase
 * @property {Loop | null} repeat         repeat exactly this
 * @property {number} rate
 * @property {number} pitch
 * @property {Partial<State['click']>} click
 * @property {void} tap                   the beat is here
 * @property {number} zoom                multiply the magnification of the strip
 * @property {{ factor: number, at?: number }} magnify   of the timeline, around a time
 * @property {number} pan                 move the timeline by so many of its widths
 * @property {boolean} follow
 * @property {number} focus
 * @property {void} stand                 open or close the music stand
 * @property {Partial<State['play']>} play
 */

/** @typedef {ReturnType<typeof createStore>} Store */

/** What belongs to one song and not to the next. */
export const NO_SONG = {
  id: '',
  report: null,
  sheet: null,
  found: null,
  edits: [],
  undone: [],
  elapsed: 0,
  used: {},
  playing: false,
  counting: false,
  playable: null,
  time: 0,
  loop: null,
  zoom: 1,
  view: null,
  focus: -1,
  rate: 1,
  pitch: 0,
};

/** @type {State} */
const INITIAL = {
  ...NO_SONG,
  phase: 'idle',
  file: null,
  notice: '',
  progress: { stage: '', fraction: 0 },
  problem: null,
  options: {},
  click: { on: false, volume: 0.7, countIn: false, pause: false },
  follow: true,
  editing: false,
  play: { transpose: 0, capo: 0, simple: false, instrument: 'guitar' },
  queue: [],
  songs: [],
  gone: null,
  keeping: 'ask',
};

/** A store in phase idle. */
export function createStore() {
  let state = INITIAL;
  /** @type {Set<{ keys: (keyof State)[], run: (state: State) => void }>} */
  const watchers = new Set();
  /** @type {Map<string, (value: any) => void>} */
  const answers = new Map();

  return {
    /** The state now. Never change it. */
    get state() {
      return state;
    },

    /**
     * Changes some of the state and tells those who watch it.
     * @param {Partial<State>} patch
     */
    set(patch) {
      const before = state;
      state = { ...before, ...patch };
      for (const { keys, run } of [...watchers]) {
        if (keys.some((key) => state[key] !== before[key])) run(state);
      }
    },

    /**
     * Calls `run` now and whenever one of `keys` changes.
     * @param {Scope} scope
     * @param {(keyof State)[]} keys
     * @param {(state: State) => void} run
     */
    watch(scope, keys, run) {
      const watcher = { keys, run };
      watchers.add(watcher);
      scope.own(() => watchers.delete(watcher));
      run(state);
    },

    /**
     * Asks for something to be done.
     * @template {keyof Requests} K
     * @param {K} what
     * @param {Requests[K]} value
     */
    ask(what, value) {
      answers.get(what)?.(value);
    },

    /**
     * Says who does it.
     * @template {keyof Requests} K
     * @param {K} what
     * @param {(value: Requests[K]) => void} answer
     */
    answer(what, answer) {
      answers.set(what, answer);
    },
  };
}
