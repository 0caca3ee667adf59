/**
 * Ownership of listeners, observers, frames and timers: whatever a scope starts ends with it.
 * The only file, beside analyzer.js, that may call `addEventListener` and its kin.
 *
 * @typedef {ReturnType<typeof createScope>} Scope
 */

/** A new, open scope. */
export function createScope() {
  /** @type {Set<() => void>} */
  const endings = new Set();
  let open = true;

  /**
   * Runs `ending` when the scope closes; at once if it has.
   * @param {() => void} ending
   * @returns {() => void} ends it now
   */
  function own(ending) {
    if (!open) {
      ending();
      return () => {};
    }
    endings.add(ending);
    return () => {
      if (endings.delete(ending)) ending();
    };
  }

  return {
    own,

    /**
     * Listens to `type` on `target`.
     * @template {Event} [E=Event]
     * @param {EventTarget} target
     * @param {string} type
     * @param {(event: E) => void} handler
     * @param {AddEventListenerOptions} [options]
     */
    on(target, type, handler, options) {
      const listener = /** @type {EventListener} */ (handler);
      target.addEventListener(type, listener, options);
      return own(() => target.removeEventListener(type, listener, options));
    },

    /**
     * Calls `paint` on every frame, with milliseconds, until ended.
     * @param {(now: number) => void} paint
     */
    everyFrame(paint) {
      let id = requestAnimationFrame(function next(now) {
        id = requestAnimationFrame(next);
        paint(now);
      });
      return own(() => cancelAnimationFrame(id));
    },

    /**
     * Calls `run` every 25 ms, also while the page is hidden, until ended.
     * @param {() => void} run
     */
    ticks(run) {
      const ticker = new Worker(new URL('./playback/ticker.js', import.meta.url), { name: 'sectionist-ticker' });
      ticker.addEventListener('message', run);
      return own(() => ticker.terminate());
    },

    /**
     * Calls `run` once after `ms` milliseconds.
     * @param {number} ms
     * @param {() => void} run
     */
    after(ms, run) {
      const id = setTimeout(run, ms);
      return own(() => clearTimeout(id));
    },

    /**
     * Tells the content width of `element` in CSS pixels, now and whenever it changes.
     * @param {Element} element
     * @param {(width: number) => void} tell
     */
    watchWidth(element, tell) {
      let last = -1;
      const observer = new ResizeObserver(([entry]) => {
        const width = Math.floor(entry.contentRect.width);
        if (width !== last) tell((last = width));
      });
      observer.observe(element);
      return own(() => observer.disconnect());
    },

    /**
     * Tells whether any of `element` is on the screen, now and whenever that changes.
     * @param {Element} element
     * @param {(seen: boolean) => void} tell
     */
    watchSeen(element, tell) {
      const observer = new IntersectionObserver((entries) => tell(entries[entries.length - 1].isIntersecting), { rootMargin: '0px 0px -80px' });
      observer.observe(element);
      return own(() => observer.disconnect());
    },

    /**
     * Tells whether a media query matches, now and whenever that changes.
     * @param {string} query
     * @param {(matches: boolean) => void} tell
     */
    watchMedia(query, tell) {
      const list = matchMedia(query);
      const listener = () => tell(list.matches);
      list.addEventListener('change', listener);
      tell(list.matches);
      return own(() => list.removeEventListener('change', listener));
    },

    /**
     * An object URL for `blob`, revoked with the scope.
     * @param {Blob} blob
     */
    objectUrl(blob) {
      const url = URL.createObjectURL(blob);
      own(() => URL.revokeObjectURL(url));
      return url;
    },

    /** A scope that closes with this one. */
    child() {
      const child = createScope();
      const forget = own(child.close);
      child.own(() => forget());
      return child;
    },

    /** Ends everything, latest first. */
    close() {
      open = false;
      for (const ending of [...endings].reverse()) {
        endings.delete(ending);
        ending();
      }
    },
  };
}
