import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, RequestHandler } from 'express';

const defaultQuery = `# Consilium. The schema lies at /schema.graphql, the state of the server at /health.
# Press Ctrl-Space for what can be asked here, and hover over a name for what it means.

query FirstImages {
  datasets(first: 10) {
    nodes {
      name
      modality
      imageCount
      raters {
        name
      }
      images(first: 3) {
        nodes {
          path
          split
          url
          diagnoses {
            source
            value
            name
          }
          annotations {
            rater {
              name
            }
            structure {
              name
            }
            area
            url
          }
        }
      }
    }
  }
}
`;

/** Nothing is loaded from elsewhere: the page works on a machine without a network. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  'worker-src blob:',
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
].join('; ');

let page: Promise<Buffer> | undefined;

/** GraphiQL, all in one page of 9 MB (2.4 MB on the way), made when it is first asked for. */
async function renderPage(): Promise<Buffer> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Consilium',
    defaultQuery,
    subscriptionsProtocol: 'WS',
    schemaDescription: true,
  });
  return promisify(gzip)(html);
}

/** Serves browsers that open /graphql; everything else is passed on to GraphQL. */
export const playground: RequestHandler = async (request, response, next) => {
  if (!isBrowserVisit(request)) return next();
  page ??= renderPage();
  const body = await page;
  response.set({
    'content-type': 'text/html; charset=utf-8',
    'content-encoding': 'gzip', // every browser takes it
    'content-security-policy': contentSecurityPolicy,
    'cache-control': 'no-cache',
  });
  response.send(body);
};

function isBrowserVisit(request: Request): boolean {
  if (request.method !== 'GET' || request.query['query'] !== undefined) return false;
  return request.accepts(['application/json', 'text/html']) === 'text/html';
}
