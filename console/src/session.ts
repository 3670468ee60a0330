/** What every page asks: who is signed in, and what time the platform has. */
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

/** The clock of the platform: a demonstration runs it faster, and every age is counted by it. */
export function useClock(): { now: number; speed: number } {
  const { data } = useQuery({
    queryKey: ['clock'],
    queryFn: async () => ({ ...(await api('health', {})), at: Date.now() }),
    refetchInterval: 10_000,
  });
  return data
    ? { now: Date.parse(data.now) + (Date.now() - data.at) * data.clockSpeed, speed: data.clockSpeed }
    : { now: Date.now(), speed: 1 };
}

/** The signed-in user. */
export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => api('me', {}), staleTime: 300_000 });
}
