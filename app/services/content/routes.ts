import type { S3Client } from '@aws-sdk/client-s3';
import type { Database } from '../../shared/data/database.ts';
import type { Route } from '../../shared/http/answer.ts';
import { adminRoutes } from './admin/routes.ts';
import { lastCopies } from './last-copy.ts';
import { answerMenu } from './menu.ts';
import { listPages, readPage, showNoPage, showPage } from './pages.ts';

export type Content = {
  database: Database;
  s3: S3Client;
  mediaBucket: string;
  /** Where people see the site, as `https://slack-water.example`. */
  siteUrl: string;
  timeZone: string;
  now?: () => Date;
};

export function contentRoutes(content: Content): Route[] {
  const reader = lastCopies(content.database);
  return [
    { pattern: /^\/api\/menu$/, methods: { GET: (request) => answerMenu(request, reader) } },
    { pattern: /^\/api\/content\/pages$/, methods: { GET: (request) => listPages(request, reader) } },
    { pattern: /^\/api\/content\/pages\/([^/]+)$/, methods: { GET: (request) => readPage(request, reader) } },
    { pattern: /^\/pages\/([^/]+)$/, methods: { GET: (request) => showPage(request, reader) } },
    ...adminRoutes(content),
    // Where the site has no file the edge asks here.
    { pattern: /^\/(?!api\/|admin(?:\/|$))/, methods: { GET: (request) => showNoPage(request, reader) } },
  ];
}
