// The content service: the menu and the pages for everyone, and under /admin the restaurant's own desk.
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from '../../shared/client-options.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { runProcess } from '../../shared/http/process.ts';
import { firstAdmin } from './admin/first-admin.ts';
import { contentRoutes } from './routes.ts';

void runProcess('content', async (database) => {
  const { MEDIA_BUCKET, SITE_URL, ADMIN_SECRET_ID } = readEnvironment(['MEDIA_BUCKET', 'SITE_URL', 'ADMIN_SECRET_ID']);
  await firstAdmin(database, { secrets: new SecretsManagerClient(clientOptions), secretId: ADMIN_SECRET_ID });
  return {
    routes: contentRoutes({
      database,
      s3: new S3Client(clientOptions),
      mediaBucket: MEDIA_BUCKET,
      siteUrl: SITE_URL,
      timeZone: process.env.RESTAURANT_TIME_ZONE ?? 'Europe/London',
    }),
  };
});
