/**
 * Composition only: makes the store, the session, the player and the views.
 */

import { createPlayer } from './player.js';
import { createScope } from './scope.js';
import { createSession } from './session.js';
import { listenToKeys } from './shortcuts.js';
import { createStore } from './state.js';
import { chartView } from './views/chart.js';
import { chordsView } from './views/chords.js';
import { downloadView } from './views/download.js';
import { dropView } from './views/drop.js';
import { factsView } from './views/facts.js';
import { liveView } from './views/live.js';
import { nowView } from './views/now.js';
import { optionsView } from './views/options.js';
import { overviewView } from './views/overview.js';
import { phasesView } from './views/phases.js';
import { problemView } from './views/problem.js';
import { sectionsView } from './views/sections.js';
import { stripView } from './views/strip.js';
import { summaryView } from './views/summary.js';
import { transportView } from './views/transport.js';
import { workingView } from './views/working.js';

/**
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 */
const byId = (id) => /** @type {E} */ (document.getElementById(id));

const scope = createScope();
const store = createStore();

createSession(store);
createPlayer(/** @type {HTMLAudioElement} */ (byId('audio')), store, scope);
listenToKeys(store, scope);

dropView(document.body, store, scope);
optionsView(byId('options'), store, scope);
optionsView(byId('again'), store, scope);
workingView(byId('working'), store, scope);
problemView(byId('problem'), store, scope);
summaryView(byId('summary'), store, scope);
overviewView(byId('overview'), store, scope);
transportView(byId('transport'), store, scope);
nowView(byId('now'), store, scope);
stripView(byId('strip'), store, scope);
sectionsView(byId('sections'), store, scope);
chartView(byId('chart'), store, scope);
chordsView(byId('chords'), store, scope);
factsView(byId('facts'), store, scope);
downloadView(byId('download'), store, scope);
liveView(byId('live'), store, scope);
// Last: it moves the focus to what the others have filled.
phasesView(document.body, store, scope);

if ('serviceWorker' in navigator) {
  // Only for use without a network; the page works as well without it.
  navigator.serviceWorker.register(new URL('../sw.js', import.meta.url)).catch(() => {});
}
