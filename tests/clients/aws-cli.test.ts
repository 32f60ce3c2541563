import { test } from 'node:test';
import { awsCli, skipWithout } from '../tools.fixture.ts';
import { runChecks } from './python-script.fixture.ts';

test('the AWS CLI', { skip: skipWithout(awsCli) }, (t) => runChecks(t, 'aws_cli.py'));
