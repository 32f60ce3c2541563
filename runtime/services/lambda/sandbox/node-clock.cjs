'use strict';
// The cloud's time may be ahead of the machine's. What the function sees of time is shifted by what the Runtime API says
// with each invocation; durations stay real.
const machineNow = Date.now;
const machineOrigin = performance.timeOrigin;
let offsetMs = 0;

exports.install = function install() {
  const now = () => machineNow() + offsetMs;
  const MachineDate = Date;
  const CloudDate = new Proxy(MachineDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget === CloudDate ? target : newTarget),
    apply: () => new MachineDate(now()).toString(),
  });
  MachineDate.now = now;
  MachineDate.prototype.constructor = CloudDate;
  globalThis.Date = CloudDate;
  Object.defineProperty(performance, 'timeOrigin', { get: () => machineOrigin + offsetMs, configurable: true });
};

exports.shift = function shift(ms) {
  if (Number.isFinite(ms)) offsetMs = Math.round(ms);
};
