'use strict';
// What systemctl(1) asks for, answered with its exit codes and sentences; other verbs are refused by name.
const supervisor = require('./supervisor.cjs');
const { unitNames } = require('./units.cjs');

const silent = new Set(['daemon-reload', 'daemon-reexec', 'reset-failed']);

exports.answer = async function answer({ verb, names, now, quiet }) {
  if (silent.has(verb)) return { code: 0 };
  if (verb === 'list-units' || verb === 'list-unit-files')
    return {
      code: 0,
      text: unitNames()
        .map((name) => `${name}.service ${supervisor.stateOf(name)}`)
        .join('\n'),
    };
  if (verb === 'poweroff' || verb === 'halt' || verb === 'reboot') return shutDown(verb);
  const act = verbs[verb];
  if (!act)
    return {
      code: 1,
      text: `systemctl ${verb} is refused: an instance of Orrery starts, stops, enables and tells of services, and no more.`,
    };
  const texts = [];
  let code = 0;
  for (const given of names) {
    if (/\.(timer|socket|target|mount|path)$/.test(given)) {
      return {
        code: 1,
        text: `systemctl ${verb} ${given} is refused: an instance of Orrery keeps units of type service alone.`,
      };
    }
    const result = await act(given.replace(/\.service$/, ''), now);
    code = result.code;
    if (result.text && !quiet) texts.push(result.text);
    if (code !== 0 && !verb.startsWith('is-')) break;
  }
  return { code, text: texts.join('\n') };
};

const restart = async (name) => {
  await supervisor.stop(name);
  return supervisor.start(name);
};

const verbs = {
  start: (name) => supervisor.start(name),
  stop: (name) => supervisor.stop(name),
  restart,
  reload: restart,
  'reload-or-restart': restart,
  'try-restart': (name) => (supervisor.isActive(name) ? restart(name) : { code: 0 }),
  async enable(name, now) {
    const enabled = supervisor.enable(name);
    return enabled.code === 0 && now ? supervisor.start(name) : enabled;
  },
  async disable(name, now) {
    const disabled = supervisor.disable(name);
    return now ? supervisor.stop(name) : disabled;
  },
  'is-active': (name) => ({ code: supervisor.isActive(name) ? 0 : 3, text: supervisor.stateOf(name) }),
  'is-failed': (name) => ({ code: supervisor.stateOf(name) === 'failed' ? 0 : 1, text: supervisor.stateOf(name) }),
  'is-enabled': (name) => ({
    code: supervisor.isEnabled(name) ? 0 : 1,
    text: supervisor.isEnabled(name) ? 'enabled' : 'disabled',
  }),
  status: (name) =>
    supervisor.isKnown(name)
      ? { code: supervisor.isActive(name) ? 0 : 3, text: supervisor.describe(name) }
      : { code: 4, text: `Unit ${name}.service could not be found.` },
};

/** By its exit status the machine knows whether it is to boot again. */
const rebootStatus = 70;

function shutDown(verb) {
  setImmediate(async () => {
    await supervisor.stopAll();
    process.exit(verb === 'reboot' ? rebootStatus : 0);
  });
  return { code: 0 };
}
