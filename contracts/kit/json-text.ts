/** A value as the JSON text that stands for it: made once by whoever has the value, and passed on as it is. */
export class JsonText<T> {
  readonly text: string;
  /** Only the type's: a text has no value of its own. */
  declare readonly of: T;

  constructor(text: string) {
    this.text = text;
  }
}
