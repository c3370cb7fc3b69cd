import { compactVerify, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import {
  COSIGNATURE_TYPE,
  Cosigned,
  CosignatureStatement,
  type CosignBody,
  GROUPS_MOST,
  KnownReply,
  lineDigest,
  MarksPage,
  WitnessProblemReply,
  type ExtendBody,
  type GroupMark,
} from '@conclave/audit';

/** A page of marks is the longest: some 150 bytes each. */
const ANSWER_MOST = 2 * 1024 * 1024;

/** One request takes so long at the most. */
const REQUEST_MS = 10_000;
const KeyReply = z.looseObject({ keys: z.tuple([z.looseObject({ kid: z.string(), x: z.string() })]) });

/** A witness that answers, and says no. */
export class WitnessSaysNo extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
  /** What was told of this checkpoint is not known any more: tell it from the start. */
  get isAgain(): boolean {
    return this.code === 'begin-again';
  }
  /** It has judged the log itself. */
  get isRefusal(): boolean {
    return this.code === 'does-not-extend' || this.code === 'key-refused';
  }
}

/** The way to one witness. Rejects with {@link WitnessSaysNo}, or with why it cannot be reached. */
export class WitnessLink {
  private key: JWK | null = null;

  constructor(
    readonly url: string,
    private readonly stopped: AbortSignal,
  ) {}

  /** What it knows of a log; null: nothing. */
  async known(log: string): Promise<KnownReply | null> {
    try {
      return await this.request(KnownReply, `/v1/logs/${log}`);
    } catch (error) {
      if (error instanceof WitnessSaysNo && error.code === 'log-unknown') return null;
      throw error;
    }
  }

  /** Every group as it was co-signed last; it may have gone on meanwhile. */
  async marks(log: string): Promise<GroupMark[]> {
    const marks: GroupMark[] = [];
    for (let after: string | null = ''; after !== null && marks.length <= GROUPS_MOST;) {
      const page: MarksPage = await this.request(MarksPage, `/v1/logs/${log}/marks?after=${after}`);
      marks.push(...page.marks);
      after = page.next;
    }
    return marks;
  }

  async extend(log: string, body: ExtendBody): Promise<void> {
    await this.request(z.looseObject({}), `/v1/logs/${log}/extend`, body);
  }

  /** Rejects, too, if what comes is not what it should be. */
  async cosign(log: string, body: CosignBody): Promise<Cosigned> {
    const { checkpoint } = body;
    const { kid, cosignature } = await this.request(Cosigned, `/v1/logs/${log}/cosign`, body);
    const said = await this.verified(kid, cosignature);
    if (said.log !== log || said.checkpoint !== lineDigest(checkpoint))
      throw new Error('what it signed is something else');
    return { kid, cosignature };
  }

  private async verified(kid: string, cosignature: string): Promise<CosignatureStatement> {
    if (this.key?.kid !== kid) [this.key] = (await this.request(KeyReply, '/v1/key')).keys;
    const key = await importJWK(this.key, 'EdDSA');
    const { payload, protectedHeader } = await compactVerify(cosignature, key);
    if (this.key.kid !== kid || protectedHeader.typ !== COSIGNATURE_TYPE)
      throw new Error('its signature is not of the key that it names');
    return CosignatureStatement.parse(JSON.parse(new TextDecoder().decode(payload)));
  }

  private async request<T>(schema: z.ZodType<T>, path: string, body?: object): Promise<T> {
    const { response, answer } = await this.asked(path, body).catch((error: Error) => {
      throw new Error(`it does not answer (${reasonOf(error)})`);
    });
    const read = response.ok ? schema.safeParse(answer) : null;
    if (read?.success) return read.data;
    const problem = WitnessProblemReply.safeParse(answer).data;
    if (response.ok || !problem)
      throw new Error(`it is no witness: it answered ${response.status} with something else`);
    throw new WitnessSaysNo(response.status, problem.code, problem.detail);
  }

  private async asked(path: string, body?: object): Promise<{ response: Response; answer: unknown }> {
    const response = await fetch(this.url + path, {
      method: body ? 'POST' : 'GET',
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      redirect: 'manual', // that it sends elsewhere is an answer, too
      signal: AbortSignal.any([this.stopped, AbortSignal.timeout(REQUEST_MS)]),
    });
    return { response, answer: await jsonOf(response) };
  }
}

function reasonOf({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return `nothing whole within ${REQUEST_MS / 1_000} s`;
  const { code, message: why } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return (code?.startsWith('UND_') ? why : (code ?? why)) || message;
}

/** Not more than a body may have: who answers is not ours. */
async function jsonOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_MOST) return null;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    return null;
  }
}
