/** ISO 6346 container numbers: owner code, category, serial number and check digit. */

/** The shape of a container number, whether or not its check digit is right. */
const CONTAINER_NUMBER = /^[A-Z]{4}[0-9]{7}$/;

/** Letter values: from 10 upwards, skipping the multiples of 11 (ISO 6346 annex A). */
const LETTER_VALUES = new Map<string, number>();
for (let letter = 0, value = 10; letter < 26; letter++, value++) {
  if (value % 11 === 0) value++;
  LETTER_VALUES.set(String.fromCharCode(65 + letter), value);
}

/** The check digit of the first ten characters: sum of value * 2^i, mod 11, mod 10. */
export function checkDigit(firstTen: string): number {
  let sum = 0;
  for (let i = 0; i < 10; i++) {
    const character = firstTen[i]!;
    sum += (LETTER_VALUES.get(character) ?? Number(character)) * 2 ** i;
  }
  return (sum % 11) % 10;
}

/** Whether the number has the right shape and check digit. */
export function isValidContainerNumber(number: string): boolean {
  return CONTAINER_NUMBER.test(number) && checkDigit(number) === Number(number[10]);
}

/** Upper case, without the blanks and hyphens that people and feeds put in. */
export function normalizeContainerNumber(text: string): string {
  return text.toUpperCase().replaceAll(/[\s\-/.]/g, '');
}

/**
 * Whether a normalized number is a word that feeds write for none (NULL, UNKNOWN, TEST, ZZZZ, 0000000): every container
 * number has digits (ISO 6346 section 3), and not one letter or digit alone.
 */
export function isPlaceholderNumber(number: string): boolean {
  return !/\d/.test(number) || /^(.)\1*$/.test(number) || /^[A-Z]*0+$/.test(number);
}
