// The calls of an order over time: what was done above the line, what was undone below it. The table beside it says the same in words.
import { h } from './preact.js';
import { duration, time } from './format.js';
import { Badge, Head, Time } from './ui.js';
import { CALL, step } from './words.js';

const WIDTH = 900;
const LABEL = 210;
const ROW = 30;
const HEAD = 26;
const SHORTEST = 6;

const millis = (instant) => new Date(instant).getTime();

/** The attempts of a call. Those of a queued payment are made by the queue, so its saga does not know of them. */
function attempts(call, history) {
  const within = (at) => at >= call.startedAt && (!call.endedAt || at <= call.endedAt);
  const queued = call.name !== 'charge-payment' ? [] : history.filter((entry) => entry.about === 'payment' && entry.type === 'ATTEMPT_FAILED' && within(entry.at))
    .map((entry) => ({ endedAt: entry.at, error: entry.detail || entry.type }));
  return [...call.ended, ...queued];
}

/** The time that the picture shows, with room for what is still to come. */
function span(timeline) {
  const times = timeline.steps.flatMap((call) => [call.startedAt, call.endedAt, call.nextAttemptAt, ...call.ended.map((attempt) => attempt.endedAt)])
    .filter(Boolean).map(millis);
  const first = Math.min(millis(timeline.startedAt), ...times);
  const open = timeline.steps.some((call) => !call.endedAt);
  const last = Math.max(first + 1, ...times, open ? Date.now() : 0);
  return { first, last: last + (last - first) * 0.03 };
}

function Bar({ call, row, x, shown, history }) {
  const y = HEAD + row * ROW;
  const from = x(millis(call.startedAt));
  const to = Math.max(from + SHORTEST, x(call.endedAt ? millis(call.endedAt) : Math.min(Date.now(), shown.last)));
  const tone = CALL[call.status].tone;
  return h('g', { class: `call ${tone}${call.inDoubt ? ' doubtful' : ''}` },
    h('text', { x: 0, y: y + 18, class: 'label' }, step(call.name, call.kind)),
    h('rect', { x: from, y: y + 6, width: to - from, height: ROW - 12, rx: 3 }),
    attempts(call, history).map((attempt, index) => h('path', { key: index, class: attempt.error ? 'tick failed' : 'tick',
      d: `M${x(millis(attempt.endedAt))} ${y + 2}v${ROW - 4}` })),
    call.nextAttemptAt && millis(call.nextAttemptAt) > Date.now() - 1000 ? h('g', { class: 'ghost' },
      h('rect', { x: x(millis(call.nextAttemptAt)), y: y + 6, width: 14, height: ROW - 12, rx: 3 }),
      h('text', { x: x(millis(call.nextAttemptAt)) - 4, y: y + 18, 'text-anchor': 'end' }, time(call.nextAttemptAt))) : null);
}

function Picture({ timeline }) {
  const shown = span(timeline);
  const { history } = timeline;
  const x = (at) => LABEL + ((at - shown.first) / (shown.last - shown.first)) * (WIDTH - LABEL - 10);
  const above = timeline.steps.filter((call) => call.kind !== 'COMPENSATION');
  const below = timeline.steps.filter((call) => call.kind === 'COMPENSATION');
  const middle = HEAD + above.length * ROW + 6;
  const height = middle + (below.length ? below.length * ROW + 14 : 10);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => shown.first + (shown.last - shown.first) * share);
  return h('svg', { class: 'timeline', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': 'The calls over time. The table below says the same.' },
    marks.map((at, index) => h('g', { class: 'mark', key: at }, h('path', { d: `M${x(at)} ${HEAD - 6}V${height}` }),
      h('text', { x: x(at), y: 14, 'text-anchor': index === 4 ? 'end' : index === 0 ? 'start' : 'middle' },
        index === 0 ? time(shown.first) : `+${duration(at - shown.first)}`))),
    above.map((call, row) => h(Bar, { call, row, x, shown, history, key: `a${row}` })),
    below.length ? h('path', { class: 'axis', d: `M0 ${middle}H${WIDTH}` }) : null,
    below.length ? h('g', { transform: `translate(0 ${middle - HEAD + 6})` }, below.map((call, row) => h(Bar, { call, row, x, shown, history, key: `b${row}` }))) : null);
}

function CallRow({ call, actions }) {
  const took = call.endedAt ? duration(millis(call.endedAt) - millis(call.startedAt)) : '';
  return h('tr', null,
    h('th', { scope: 'row' }, step(call.name, call.kind), h('div', { class: 'code' }, call.name)),
    h('td', { 'data-label': 'How it went' }, h(Badge, { of: CALL[call.status] }), call.inDoubt ? h('span', { class: 'muted' }, ' perhaps done without an answer') : null,
      call.error ? h('div', { class: 'error' }, call.error) : null),
    h('td', { 'data-label': 'Attempts', class: 'number' }, call.attempts, call.failures ? h('span', { class: 'muted' }, ` (${call.failures} failed)`) : null),
    h('td', { 'data-label': 'Began' }, h(Time, { at: call.startedAt, precise: true })),
    h('td', { 'data-label': 'Took', class: 'number' }, took, call.nextAttemptAt ? h('span', null, 'next ', h(Time, { at: call.nextAttemptAt })) : null),
    h('td', { 'data-label': 'Asked for and answered' }, h('code', null, JSON.stringify(call.input)), call.result ? h('code', null, ` → ${call.result}`) : null),
    actions ? h('td', { 'data-label': 'Mend' }, actions(call)) : null);
}

/** @param actions what can be done about a call; a function of it */
export function Timeline({ timeline, actions }) {
  const names = ['Call', 'How it went', 'Attempts#', 'Began', 'Took#', 'Asked for and answered', ...(actions ? ['Mend'] : [])];
  return h('section', { class: 'panel', 'aria-labelledby': 'calls' }, h('h2', { id: 'calls' }, 'What was done and undone'),
    h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Picture of the calls' }, h(Picture, { timeline })),
    h('table', { class: 'list' },
      h(Head, { names }),
      h('tbody', null, timeline.steps.map((call, index) => h(CallRow, { call, actions, key: index })))));
}
