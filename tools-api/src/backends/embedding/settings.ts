// What the variables EMBEDDING_* mean together: which provider, which model, how many dimensions; what doesn't fit refuses to start.
import { ConfigError } from '@aiguy/manifests/environment';
import type { BedrockFamily } from './bedrock.ts';

export const providers = ['local', 'openai', 'voyage', 'bedrock'] as const;

export type EmbeddingVariables = Readonly<{
  EMBEDDING_PROVIDER: (typeof providers)[number];
  EMBEDDING_MODEL: string | undefined;
  EMBEDDING_BASE_URL: string | undefined;
  EMBEDDING_API_KEY: string | undefined;
  EMBEDDING_DIMENSIONS: number | undefined;
}>;

type Sized = { model: string; dimensions: number; requestDimensions: boolean };

export type EmbeddingSettings =
  | { provider: 'local' }
  | ({ provider: 'openai'; baseUrl: string; apiKey: string | undefined; textsPerRequest: number } & Sized)
  | ({ provider: 'voyage'; baseUrl: string; apiKey: string } & Sized)
  | { provider: 'bedrock'; endpoint: string | undefined; model: string; family: BedrockFamily; dimensions: number };

type KnownModel = {
  name: RegExp;
  dimensions: number;
  /** Others that it can be asked for. */
  choices?: readonly number[];
  /** Any smaller number as well. */
  anySmaller?: true;
};

const openAiUrl = 'https://api.openai.com/v1';
const voyageUrl = 'https://api.voyageai.com/v1';

const openAiModels: readonly KnownModel[] = [
  { name: /^text-embedding-3-small$/, dimensions: 1536, anySmaller: true },
  { name: /^text-embedding-3-large$/, dimensions: 3072, anySmaller: true },
  { name: /^text-embedding-ada-002$/, dimensions: 1536 },
];

const voyageModels: readonly KnownModel[] = [
  { name: /^voyage-(4|4-lite|4-large|3\.5|3\.5-lite|3-large|code-3)$/, dimensions: 1024, choices: [256, 512, 2048] },
  { name: /^voyage-(3|finance-2|law-2|multilingual-2)$/, dimensions: 1024 },
  { name: /^voyage-3-lite$/, dimensions: 512 },
  { name: /^voyage-code-2$/, dimensions: 1536 },
];

/** Inference profiles put a region before the id; an ARN ends in one of the two. */
const bedrockModels: readonly (KnownModel & { family: BedrockFamily })[] = [
  { name: /(^|[./])amazon\.titan-embed-text-v2:\d+$/, family: 'titan-v2', dimensions: 1024, choices: [256, 512] },
  { name: /(^|[./])cohere\.embed-(english|multilingual)-v3(:\d+)*$/, family: 'cohere-v3', dimensions: 1024 },
  { name: /(^|[./])cohere\.embed-v4(:\d+)*$/, family: 'cohere-v4', dimensions: 1536, choices: [256, 512, 1024] },
];

/** @throws ConfigError naming the variable, what is wrong and what to do; never the key */
export function readEmbeddingSettings(variables: EmbeddingVariables): EmbeddingSettings {
  refusePlaceholder(variables.EMBEDDING_API_KEY);
  const { EMBEDDING_BASE_URL: baseUrl } = variables;
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) throw new ConfigError('EMBEDDING_BASE_URL', 'must be a URL such as https://llm.example/v1');
  switch (variables.EMBEDDING_PROVIDER) {
    case 'local':
      return readLocal(variables);
    case 'openai':
      return readOpenAi(variables);
    case 'voyage':
      return readVoyage(variables);
    case 'bedrock':
      return readBedrock(variables);
  }
}

function readLocal(variables: EmbeddingVariables): EmbeddingSettings {
  for (const name of ['EMBEDDING_MODEL', 'EMBEDDING_BASE_URL', 'EMBEDDING_API_KEY', 'EMBEDDING_DIMENSIONS'] as const) {
    if (variables[name] !== undefined) {
      throw new ConfigError(name, `says nothing to the local embedder; unset it, or set EMBEDDING_PROVIDER to ${providers.slice(1).join(', ')}`);
    }
  }
  return { provider: 'local' };
}

function readOpenAi(variables: EmbeddingVariables): EmbeddingSettings {
  const { EMBEDDING_BASE_URL: baseUrl = openAiUrl, EMBEDDING_API_KEY: apiKey, EMBEDDING_MODEL: model = 'text-embedding-3-small' } = variables;
  const own = new URL(baseUrl).host === new URL(openAiUrl).host;
  if (own && apiKey === undefined) {
    throw new ConfigError(
      'EMBEDDING_API_KEY',
      'is not set, and OpenAI answers nobody without a key; set it, or EMBEDDING_BASE_URL to a server of your own',
    );
  }
  return {
    provider: 'openai',
    baseUrl,
    apiKey,
    textsPerRequest: own ? 128 : 32,
    model,
    ...readDimensions(variables, { model, known: openAiModels }),
  };
}

function readVoyage(variables: EmbeddingVariables): EmbeddingSettings {
  const { EMBEDDING_BASE_URL: baseUrl = voyageUrl, EMBEDDING_API_KEY: apiKey, EMBEDDING_MODEL: model = 'voyage-4' } = variables;
  if (apiKey === undefined) throw new ConfigError('EMBEDDING_API_KEY', 'is not set, and Voyage answers nobody without a key');
  return { provider: 'voyage', baseUrl, apiKey, model, ...readDimensions(variables, { model, known: voyageModels }) };
}

function readBedrock(variables: EmbeddingVariables): EmbeddingSettings {
  const { EMBEDDING_BASE_URL: endpoint, EMBEDDING_API_KEY: apiKey, EMBEDDING_MODEL: model = 'amazon.titan-embed-text-v2:0' } = variables;
  if (apiKey !== undefined)
    throw new ConfigError('EMBEDDING_API_KEY', 'says nothing to Bedrock; unset it and give AWS credentials as the AWS SDK reads them');
  const family = bedrockModels.find(({ name }) => name.test(model))?.family;
  if (family === undefined) throw new ConfigError('EMBEDDING_MODEL', 'must be Titan Text Embeddings V2 or Cohere Embed v3 or v4 with Bedrock');
  return { provider: 'bedrock', endpoint, model, family, dimensions: readDimensions(variables, { model, known: bedrockModels }).dimensions };
}

/** A model that is not known here is not asked for a number: it has its own, and the answer must have that. */
function readDimensions(
  { EMBEDDING_DIMENSIONS: asked }: EmbeddingVariables,
  { model, known }: { model: string; known: readonly KnownModel[] },
): { dimensions: number; requestDimensions: boolean } {
  const found = known.find(({ name }) => name.test(model));
  if (!found) {
    if (asked === undefined) throw new ConfigError('EMBEDDING_DIMENSIONS', 'is not set; set it to the length of the vectors of EMBEDDING_MODEL');
    return { dimensions: asked, requestDimensions: false };
  }
  const choosable = found.anySmaller === true || found.choices !== undefined;
  const dimensions = asked ?? found.dimensions;
  if (dimensions === found.dimensions || found.choices?.includes(dimensions) || (found.anySmaller && dimensions < found.dimensions)) {
    return { dimensions, requestDimensions: choosable && dimensions !== found.dimensions };
  }
  throw new ConfigError('EMBEDDING_DIMENSIONS', `must be ${describe(found)} with this EMBEDDING_MODEL`);
}

function describe({ dimensions, choices = [], anySmaller }: KnownModel): string {
  return anySmaller ? `at most ${dimensions}` : [...choices, dimensions].toSorted((a, b) => a - b).join(' or ');
}

function refusePlaceholder(apiKey: string | undefined): void {
  if (apiKey === undefined) return;
  const words = /(^|[-_.])(your|change.?me|replace|example|placeholder|dummy|insert|api.?key|secret|password)|\.\.\.|<|>/i;
  if (words.test(apiKey) || /(.)\1{7}/.test(apiKey))
    throw new ConfigError('EMBEDDING_API_KEY', 'is a placeholder; set the key that the provider gave you');
}
