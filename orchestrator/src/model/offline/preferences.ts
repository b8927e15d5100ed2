// Reads from a message what its writer wants remembered about himself, as far as a rule can: sizes, language, likes; and what he wants forgotten.

export type Preferences = { language?: string | null; shoe_size?: string | null; clothing_size?: string | null; likes?: string[] | null };

const forgetting = /\b(?:forget|delete|erase|remove|clear)\b/i;
const subjects: Record<keyof Preferences, RegExp> = {
  language: /\blanguage\b/i,
  shoe_size: /\b(?:shoes?|sneakers?|boots?|trainers?)\b/i,
  clothing_size: /\b(?:cloth\w*|shirts?|dress\w*|sweaters?|trousers|pants|jackets?|my (?:saved )?size)\b/i,
  likes: /\blikes?\b|\bfavou?rites?\b/i,
};
const letterSize = /\b(XXS|XS|XXL|[345]XL|XL|[SML])\b/i;
const shoeSize = /(?<![\d.,])([1-5]?\d(?:[.,]5)?)(?![\d])\s?(EU|UK|US)?\b/i;
const liked = /\bi(?:'m| am)?\s+(?:really\s+)?(?:like|love|prefer|am into|into)\s+(.+)$/i;
/** What follows a list of likes, and is none. */
const behindList = /[.,;!]?\s*(?:keep|remember|save|note|please|pls|so you know|for (?:the )?n\w*t time).*$/i;
const likesMax = 20;

/** @returns an empty object for a message in which no rule finds anything */
export function readPreferences(text: string): Preferences {
  return forgetting.test(text) ? forgotten(text) : { ...languageIn(text), ...sizesIn(text), ...likesIn(text) };
}

function forgotten(text: string): Preferences {
  const [named] = (Object.keys(subjects) as (keyof Preferences)[]).filter((name) => subjects[name].test(text));
  return named === undefined ? {} : { [named]: null };
}

function sizesIn(text: string): Preferences {
  if (subjects.shoe_size.test(text)) {
    const [, size, system] = shoeSize.exec(text) ?? [];
    return size === undefined || Number(size.replace(',', '.')) < 1 ? {} : { shoe_size: system ? `${size} ${system.toUpperCase()}` : size };
  }
  const size = /\bsiz\w*\b/i.test(text) ? letterSize.exec(text)?.[1] : undefined;
  return size === undefined ? {} : { clothing_size: size.toUpperCase() };
}

function languageIn(text: string): Preferences {
  const words = text.toLowerCase().split(/[^\p{L}]+/u);
  const code = Object.entries(languages).find(([name]) => words.includes(name))?.[1];
  return code === undefined ? {} : { language: code };
}

const languages: Record<string, string> = {
  arabic: 'ar',
  chinese: 'zh',
  czech: 'cs',
  danish: 'da',
  deutsch: 'de',
  dutch: 'nl',
  english: 'en',
  español: 'es',
  finnish: 'fi',
  français: 'fr',
  french: 'fr',
  german: 'de',
  greek: 'el',
  hebrew: 'he',
  hindi: 'hi',
  hungarian: 'hu',
  italian: 'it',
  japanese: 'ja',
  korean: 'ko',
  norwegian: 'no',
  polish: 'pl',
  portuguese: 'pt',
  romanian: 'ro',
  russian: 'ru',
  spanish: 'es',
  swedish: 'sv',
  turkish: 'tr',
  ukrainian: 'uk',
};

function likesIn(text: string): Preferences {
  const list = liked.exec(text)?.[1]?.replace(behindList, '') ?? '';
  const likes = list
    .split(/,|\band\b|&|\+/i)
    .map((one) =>
      one
        .replace(/\b(?:things?|stuff|clothes|also|the|a|an|some)\b/gi, ' ')
        .replace(/[^\p{L}\p{N} '’-]/gu, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((one) => one.length >= 2 && one.split(' ').length <= 4 && one.length <= 60);
  const unique = [...new Set(likes)].slice(0, likesMax);
  return unique.length > 0 ? { likes: unique } : {};
}
