/** The keys of the log view, for footer and help, the most useful first. */
import type { Viewer } from '../../ui/viewer.ts';

export const LOG_KEYS: Viewer['keymap'] = [
  { shown: 'p', label: 'pause', help: 'Holds still, nothing is lost; again: follows the newest lines.' },
  { shown: '/', label: 'search', help: 'Searches a text, or a pattern between slashes: /time(d )?out/i.' },
  {
    shown: '&',
    label: 'filter',
    help: 'Shows only: level>=warn bot=api "two words" /pattern/; ! before one inverts it.',
  },
  { shown: 'e E', label: 'error', help: 'The next error; the one before. While following: the newest.' },
  { shown: 'n N', label: 'match', help: 'The next match; the one before.' },
  { shown: ':', label: 'time', help: 'Goes to a time: 14:02, -10m, 11-21 14:02. Twice: the palette.' },
  { shown: 'Enter', label: 'event', help: 'The whole event: fields, stack trace, file.' },
  { shown: 'm', label: 'all/one', help: 'All bots, or only the one under the cursor.' },
  { shown: 'Tab', label: 'out/error', help: 'Both logs, only the error log, only the other.' },
  {
    shown: 'x X',
    label: 'exit',
    help: 'Where a bot next ended, and its last words; the one before. While following: the newest.',
  },
  {
    shown: 'f',
    label: 'files',
    help: 'Every log with size, growth an hour, and when its disk is full; o sorts, F flushes.',
  },
  { shown: 'w', label: 'wrap', help: 'Long lines in several rows, or cut; ← → scroll them.' },
  { shown: 't', label: 'times', help: 'How long before or after the line under the cursor; again: the clock.' },
  { shown: 'space', label: 'mark', help: 'Marks the line for y.' },
  { shown: 'y', label: 'copy', help: 'Copies what is marked, else the event under the cursor.' },
  {
    shown: 'j k g G',
    label: 'move',
    help: 'Line, first, last; PgUp and PgDn, or b, by pages; d u by half of one; as in less also Ctrl-F B D U and < >.',
  },
];

/** In the list of the files. */
export const FILE_KEYS: Viewer['keymap'] = [
  { shown: 'Enter', label: 'its log', help: 'Shows the log under the cursor.' },
  { shown: 'o', label: 'sort', help: 'By size, by growth, by name.' },
  {
    shown: 'F',
    label: 'flush',
    help: 'Asks to flush the logs of the bot under the cursor; : keep cuts them to their last MB.',
  },
  { shown: 'j k', label: 'move', help: 'Down, up; PgUp and PgDn by ten.' },
];

/** In one event. */
export const EVENT_KEYS: Viewer['keymap'] = [
  { shown: 'j k', label: 'scroll', help: 'Down, up; PgUp and PgDn by ten.' },
  { shown: 'y', label: 'copy', help: 'Copies the event as it stands in the file, without secrets.' },
];
