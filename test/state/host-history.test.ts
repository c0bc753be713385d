import { expect, test } from 'vitest';
import { HOST_SERIES, HostHistory, totalTraffic } from '../../src/state/host-history.ts';
import { hostSnapshot } from '../helpers/host.ts';

const START = 1_790_000_000_000;

test('every snapshot is one sample, and every ten seconds one mean', () => {
  const history = new HostHistory();
  for (let i = 0; i < 30; i++) history.push(hostSnapshot({ cpuPercent: i }), START + i * 1000);
  expect(history.tracks.cpuPercent.fine.tail(3)).toEqual([27, 28, 29]);
  expect(history.tracks.cpuPercent.coarse.tail(9)).toEqual([4.5, 14.5]);
});

test('memory is fixed: ten minutes of seconds and an hour of tens', () => {
  const history = new HostHistory();
  for (let i = 0; i < 4000; i++) history.push(hostSnapshot(), START + i * 1000);
  for (const name of HOST_SERIES) {
    expect(history.tracks[name].fine.length).toBe(600);
    expect(history.tracks[name].coarse.length).toBe(360);
  }
});

test('what is unknown is a gap and takes no part in the mean', () => {
  const history = new HostHistory();
  for (let i = 0; i < 11; i++)
    history.push(hostSnapshot({ cpuPercent: i % 2 ? null : 10, pressure: null }), START + i * 1000);
  expect(history.tracks.cpuPercent.fine.tail(2)).toEqual([Number.NaN, 10]);
  expect(history.tracks.cpuPercent.coarse.last()).toBe(10);
  expect(history.tracks.ioPressurePercent.coarse.last()).toBeNaN();
});

test('a minute without readings is a minute of gaps, not a straight line', () => {
  const history = new HostHistory();
  history.push(hostSnapshot({ cpuPercent: 5 }), START);
  history.push(hostSnapshot({ cpuPercent: 6 }), START + 60_000);
  const fine = history.tracks.cpuPercent.fine.tail(61);
  expect(fine).toHaveLength(61);
  expect(fine.filter((value) => !Number.isNaN(value))).toEqual([5, 6]);
  expect(history.tracks.cpuPercent.coarse.tail(9)).toEqual([5, ...Array(5).fill(Number.NaN)]);
});

test('a beat that is late by some milliseconds leaves no gap, a second one within the second no sample', () => {
  const history = new HostHistory();
  for (const at of [0, 1400, 3499, 3501, 4490]) history.push(hostSnapshot({ cpuPercent: at }), START + at);
  expect(history.tracks.cpuPercent.fine.tail(9)).toEqual([0, 1400, 3499, 3501]);
});

test('a clock set back by an hour goes on from there', () => {
  const history = new HostHistory();
  history.push(hostSnapshot({ cpuPercent: 1 }), START);
  history.push(hostSnapshot({ cpuPercent: 2 }), START - 3_600_000);
  history.push(hostSnapshot({ cpuPercent: 3 }), START - 3_599_000);
  expect(history.tracks.cpuPercent.fine.tail(9)).toEqual([1, 2, 3]);
});

test('a copy stays as it was', () => {
  const history = new HostHistory();
  history.push(hostSnapshot({ cpuPercent: 1 }), START);
  const copy = history.copy();
  history.push(hostSnapshot({ cpuPercent: 2 }), START + 1000);
  expect(copy.tracks.cpuPercent.fine.tail(9)).toEqual([1]);
  copy.push(hostSnapshot({ cpuPercent: 3 }), START + 1000);
  expect(history.tracks.cpuPercent.fine.tail(9)).toEqual([1, 2]);
});

test('the traffic of a container bridge is not counted a second time', () => {
  const one = (name: string, rx: number | null) => ({ name, rxBytesPerSecond: rx, txBytesPerSecond: 1 });
  expect(
    totalTraffic([one('eth0', 10), one('docker0', 10), one('veth1a', 10), one('eth0.5', 10), one('ens5', 2)]),
  ).toEqual({ rx: 12, tx: 2 });
  expect(totalTraffic([one('wg0', 10)])).toEqual({ rx: 10, tx: 1 });
  expect(totalTraffic([one('eth0', null)])).toEqual({ rx: null, tx: 1 });
  expect(totalTraffic([])).toEqual({ rx: null, tx: null });
});
