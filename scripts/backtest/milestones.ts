import type { Settings } from './settings.ts';
export async function milestones(_s: Settings, _t: string | undefined, _f: number): Promise<void> {}
