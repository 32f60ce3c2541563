import { test } from 'node:test';
import { boto3, skipWithout } from '../tools.fixture.ts';
import { runChecks } from './python-script.fixture.ts';

test('boto3', { skip: skipWithout(boto3) }, (t) => runChecks(t, 'boto3_checks.py'));
