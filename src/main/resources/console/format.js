// Times, money and numbers as people read them.
import { settings } from './settings.js';

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The time of day, with the date if it is not today; milliseconds on request. */
export function time(instant, precise = false) {
  const date = new Date(instant);
  const zone = settings.utc ? 'UTC' : undefined;
  const day = (at) => at.toLocaleDateString('en-CA', { timeZone: zone });
  const options = { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
  if (precise) {
    options.fractionalSecondDigits = 3;
  }
  const clock = date.toLocaleTimeString('en-GB', options);
  return day(date) === day(new Date()) ? clock : `${day(date)} ${clock}`;
}

/** A text whose instants are shown as times. */
export function withTimes(text) {
  return text.replace(INSTANT, (instant) => time(instant));
}

/** A duration in milliseconds. */
export function duration(millis) {
  if (millis < 1000) {
    return `${Math.round(millis)} ms`;
  }
  const seconds = millis / 1000;
  if (seconds < 90) {
    return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  }
  const minutes = seconds / 60;
  if (minutes < 90) {
    return `${Math.round(minutes)} min`;
  }
  const hours = minutes / 60;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${Math.round(hours / 24)} days`;
}

/** How long ago. */
export function ago(instant) {
  return `${duration(Math.max(0, Date.now() - new Date(instant)))} ago`;
}

export function number(value) {
  return Number(value).toLocaleString('en-GB');
}

export function money(amount, currency) {
  return `${amount} ${currency}`;
}

/** The end of an id, by which those of one minute differ; the whole id is in the title and in links. */
export function shortId(id) {
  return id.length > 13 ? `…${id.slice(-8)}` : id;
}
