// Knows a greeting, thanks and a farewell when the message is nothing else.

export type SmallTalk = 'greeting' | 'thanks' | 'farewell';

const phrases: Record<SmallTalk, RegExp> = {
  greeting: /^(hi|hello|hey|hiya|howdy|good (morning|afternoon|evening|day)|greetings)( there| all| everyone)?$/,
  thanks:
    /^(ok|okay|alright|great|perfect|super|thx|ty|cheers|(ok |okay |great |perfect )?(many )?(thanks|thank you)( (a lot|so much|very much|for (your|the) help))?)$/,
  farewell: /^(good ?bye|bye( bye)?|see you( later)?|cu|that'?s all|nothing else)$/,
};

/** @returns what the last part of the message is, if every part of it is small talk */
export function smallTalkIn(message: string): SmallTalk | undefined {
  const parts = message
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}' ]+/u)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const topics = parts.map((part) => Object.entries(phrases).find(([, phrase]) => phrase.test(part))?.[0] as SmallTalk | undefined);
  return topics.includes(undefined) ? undefined : topics.at(-1);
}
