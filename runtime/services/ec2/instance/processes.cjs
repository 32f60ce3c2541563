'use strict';
// Processes below one, where they have no process namespace that ends with it.
const { readFileSync } = require('node:fs');

/** Children before their parents, so that none is taken up by another in between. */
exports.signalTree = function signalTree(pid, name) {
  for (const child of childrenOf(pid)) signalTree(child, name);
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
};

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
