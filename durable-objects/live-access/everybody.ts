/** Stands for every holder of an organisation, as when live sockets are switched off for it. */
export const EVERYBODY = '*';
