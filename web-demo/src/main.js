/**
 * Composition only: makes the store, what answers its requests, and the views.
 */

import { createEditor } from './editor.js';
import { createPlayer } from './playback/player.js';
import { createSystemControls } from './playback/system.js';
import { createScope } from './scope.js';
import { createSession } from './session.js';
import { createSheet } from './sheet.js';
import { createShelf } from './shelf.js';
import { listenToKeys } from './shortcuts.js';
import { createStore } from './state.js';
import { createSharing } from './take/shared.js';
import './timeline/element.js';
import { chartView } from './views/chart.js';
import { chordsView } from './views/chords.js';
import { correctView } from './views/correct.js';
import { dropView, receiveFiles } from './views/drop.js';
import { factsView } from './views/facts.js';
import { keepView } from './views/keep.js';
import { libraryView, queueView } from './views/library.js';
import { liveView } from './views/live.js';
import { nowView } from './views/now.js';
import { optionsView } from './views/options.js';
import { overviewView } from './views/overview.js';
import { panelsView } from './views/panels.js';
import { phasesView } from './views/phases.js';
import { playView } from './views/play.js';
import { practiseView } from './views/practise.js';
import { problemView } from './views/problem.js';
import { sectionsView } from './views/sections.js';
import { standView } from './views/stand.js';
import { stripView } from './views/strip.js';
import { summaryView } from './views/summary.js';
import { tableView } from './views/table.js';
import { takeView } from './views/take.js';
import { transportView } from './views/transport.js';
import { workingView } from './views/working.js';

/**
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 */
const byId = (id) => /** @type {E} */ (document.getElementById(id));

const scope = createScope();
const store = createStore();

createSheet(store, scope);
createEditor(store, scope);
createShelf(store, scope);
createSharing(store);
createPlayer(/** @type {HTMLAudioElement} */ (byId('audio')), store, scope);
createSystemControls(store, scope);
listenToKeys(store, scope);

dropView(document.body, store, scope);
optionsView(byId('options'), 'options', store, scope);
optionsView(byId('again'), 'used', store, scope);
libraryView(byId('library'), store, scope);
queueView(byId('queue'), store, scope);
workingView(byId('working'), store, scope);
problemView(byId('problem'), store, scope);
keepView(byId('keep'), store, scope);
summaryView(byId('summary'), store, scope);
overviewView(/** @type {import('./timeline/element.js').SectionistTimeline} */ (byId('overview')), store, scope);
correctView(byId('correct'), store, scope);
transportView(byId('transport'), store, scope);
practiseView(byId('practise'), store, scope);
nowView(byId('now'), store, scope);
stripView(byId('strip'), store, scope);
standView(byId('stand'), store, scope);
sectionsView(byId('sections'), store, scope);
chartView(byId('chart'), store, scope);
playView(byId('play'), store, scope);
chordsView(byId('chords'), store, scope);
tableView(byId('table'), store, scope);
factsView(byId('facts'), store, scope);
takeView(byId('take'), store, scope);
panelsView(document.body, store, scope);
liveView(byId('live'), store, scope);
// It moves the focus to what the others have filled.
phasesView(document.body, store, scope);
// Last, as it may open a song at once.
createSession(store, scope);
void receiveFiles(store);

if ('serviceWorker' in navigator) {
  // Only for use without a network; the page works as well without it.
  navigator.serviceWorker.register(new URL('../sw.js', import.meta.url)).catch(() => {});
}
