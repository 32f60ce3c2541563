#!/usr/bin/env node
import * as cdk from 'aws-cdk-lib';
import { BookmarksStack } from '../lib/bookmarks-stack.ts';

const app = new cdk.App();
new BookmarksStack(app, 'BookmarksStack', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
