/**
 * The device around the page: media keys and lock screen, and a screen that stays on while music plays.
 */

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {Store} store
 * @param {Scope} scope
 */
export function createSystemControls(store, scope) {
  const session = navigator.mediaSession;
  if (session) {
    /** @type {[MediaSessionAction, (details: MediaSessionActionDetails) => void][]} */
    const actions = [
      ['play', () => store.state.playing || store.ask('toggle', undefined)],
      ['pause', () => store.state.playing && store.ask('toggle', undefined)],
      ['previoustrack', () => store.ask('section', -1)],
      ['nexttrack', () => store.ask('section', 1)],
      ['seekto', ({ seekTime }) => store.ask('seek', seekTime ?? 0)],
    ];
    for (const [action, run] of actions) {
      try {
        session.setActionHandler(action, run);
      } catch {
        // This browser does not know the action.
      }
    }
    store.watch(scope, ['report'], ({ report }) => {
      if (!report) return;
      const { tags, name } = report.source;
      session.metadata = new MediaMetadata({ title: tags.title || name || '', artist: tags.artist ?? '', album: tags.album ?? '' });
    });
    store.watch(scope, ['playing'], ({ playing }) => (session.playbackState = playing ? 'playing' : 'paused'));
    let told = -1;
    store.watch(scope, ['time', 'rate'], ({ time, rate, report }) => {
      if (!report || Math.abs(time - told) < 1 || time > report.duration) return;
      told = time;
      session.setPositionState?.({ duration: report.duration, position: time, playbackRate: rate });
    });
  }

  /** @type {WakeLockSentinel | null} */
  let lock = null;
  const keepAwake = async () => {
    const { playing } = store.state;
    try {
      if (playing && !document.hidden && !lock) {
        lock = await navigator.wakeLock.request('screen');
        // A hidden page loses it.
        lock.onrelease = () => (lock = null);
      } else if (!playing && lock) await lock.release();
    } catch {
      // Low battery, or no such thing.
    }
  };
  if (navigator.wakeLock) {
    store.watch(scope, ['playing'], () => void keepAwake());
    scope.on(document, 'visibilitychange', () => void keepAwake());
  }
}
