// npm start [-- NAME] [options]: runs a blueprint, `serverless-orders` unless another one is named first.
const given = process.argv.slice(2);
const named = given[0] !== undefined && !given[0].startsWith('-');
process.argv.splice(2, given.length, 'up', ...(named ? given : ['serverless-orders', ...given]));
await import('./orrery.js');
