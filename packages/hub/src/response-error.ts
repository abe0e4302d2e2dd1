import { HubError } from './hub-error.js';

/** What was asked for, so that a refusal can be told in its terms. */
export interface Asked {
  readonly endpoint: string;
  readonly repo: string;
  readonly revision: string;
  readonly hasToken: boolean;
}

/** The error that an answer other than 2xx stands for. The Hub explains itself in X-Error-Code and X-Error-Message. */
export function responseError({ status, headers }: Response, { endpoint, repo, revision, hasToken }: Asked): HubError {
  const host = new URL(endpoint).host;
  const page = `${endpoint}/${repo}`;
  const code = headers.get('x-error-code');
  const said = oneLine(headers.get('x-error-message') ?? '');
  if (code === 'RevisionNotFound') {
    return new HubError(
      'revision_not_found',
      `${repo} has no revision ${revision}; its branches and tags are at ${page}`,
    );
  }
  if (code === 'GatedRepo') {
    const whose = hasToken ? 'with the account of HF_TOKEN' : 'and set HF_TOKEN to a token of that account';
    return new HubError('access_gated', `${repo} is gated: accept its licence at ${page} ${whose}`);
  }
  if (status === 401 && (hasToken || /invalid credentials/i.test(said))) {
    return new HubError(
      'token_invalid',
      `${host} does not accept HF_TOKEN; make a new one at ${endpoint}/settings/tokens`,
    );
  }
  if (status === 401 || code === 'RepoNotFound' || (status === 404 && code === null)) {
    const why = hasToken ? 'HF_TOKEN may not read it' : 'HF_TOKEN has to be set';
    return new HubError('repo_not_found', `there is no model ${repo} on ${host}, or it is private and ${why}`);
  }
  if (status === 403) {
    return new HubError('access_denied', `${host} denies access to ${repo}${said && `: ${said}`}`);
  }
  if (status === 429) {
    const retryAfterMs = retryAfter(headers.get('retry-after'));
    return new HubError('hub_failing', `${host} wants fewer requests from here (429)`, { retryAfterMs });
  }
  if (status >= 500 || status === 408) {
    return new HubError('hub_failing', `${host} is in trouble (${status}${said && `: ${said}`})`);
  }
  return new HubError('answer_invalid', `${host} answers ${status} for ${repo}${said && `: ${said}`}`);
}

/** Retry-After in milliseconds; it is a number of seconds or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}
