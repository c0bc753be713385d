/** How the demo tells the monitor why a server is not there: in the environment it hands over. */

export const POSTGRES_ABSENT = 'BOTOP_DEMO_NO_POSTGRES';
export const REDIS_ABSENT = 'BOTOP_DEMO_NO_REDIS';
