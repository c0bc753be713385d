/** Codes of Telegram, of the fleet's own programs, of Node, of the system and of Redis. */
interface Meaning {
  readonly means: string;
  readonly act: string;
}

export const APP_CODES: Readonly<Record<string, Meaning>> = {
  TG400: {
    means: 'Telegram did not understand the request: a text too long, a wrong parameter, a chat that is not there.',
    act: 'Read the description behind it; it is the bot’s own fault, and a restart does not help.',
  },
  TG401: {
    means: 'The token is not valid: revoked, or mistyped.',
    act: 'Put the right token in, then restart this bot. Restarting without it changes nothing.',
  },
  TG403: {
    means: 'The bot was blocked by this person, or removed from this group.',
    act: 'Nothing is broken: stop sending to this chat.',
  },
  TG404: {
    means: 'There is no such method or bot: mostly a broken token in the address.',
    act: 'Check the token’s form and the method’s name.',
  },
  TG409: {
    means: 'Two programs fetch updates with the same token, or a webhook is set beside polling.',
    act: 'Find the second one (another host, an orphan, a cluster of instances) and stop it, or delete the webhook.',
  },
  TG429: {
    means: 'Telegram was asked too often and names how long to wait.',
    act: 'Wait as long as it says; send less: about 30 messages a second in all, one a second to a chat, 20 a minute to a group. A restart of many bots makes it worse.',
  },
  ETELEGRAM: { means: 'Telegram refused the request.', act: 'Read the description behind it.' },
  HTTP401: {
    means: 'A server did not accept the credentials.',
    act: 'Check the key or password that this program was given.',
  },
  HTTP403: {
    means: 'The credentials are good, the right is missing.',
    act: 'Ask for the right, or use other credentials.',
  },
  HTTP404: { means: 'There is nothing at that address.', act: 'Compare the address with what the API documents.' },
  HTTP408: { means: 'The server waited too long for the request.', act: 'Look at the network between the two.' },
  HTTP413: { means: 'What was sent is larger than the server allows.', act: 'Send less at once, or raise its limit.' },
  HTTP429: { means: 'A server was asked too often.', act: 'Wait as long as it says, then ask less often.' },
  HTTP502: {
    means: 'A proxy got no usable answer from the program behind it.',
    act: 'Look whether that program runs and where it listens.',
  },
  HTTP503: { means: 'A server is overloaded or in maintenance.', act: 'Wait and retry with growing pauses.' },
  HTTP504: {
    means: 'A proxy waited too long for the program behind it.',
    act: 'Look what that program waits for: its database first.',
  },
  DB001: {
    means: 'Connecting to the database took too long.',
    act: 'Check that PostgreSQL runs and has free connections.',
  },
  DB002: {
    means: 'A query took too long.',
    act: 'Find it in the database view; look for locks, a missing index, dead rows.',
  },
  DB003: {
    means: 'The program’s pool of connections is used up.',
    act: 'Look who holds them, idle in transaction above all; only then make the pool larger.',
  },
  DB004: {
    means: 'Two transactions waited for each other, and one was ended.',
    act: 'Retry it. When it repeats, let both take their locks in the same order.',
  },
  API001: { means: 'A limit on the rate of requests was reached.', act: 'Ask less often, with growing pauses.' },
  API002: { means: 'An API did not accept the credentials.', act: 'Check the key, and when it expires.' },
  API003: {
    means: 'An API is not available.',
    act: 'Look at its status page; fall back where there is something to fall back to.',
  },
  API004: { means: 'A quota is used up.', act: 'See which bots use it; wait for its renewal, or have it raised.' },
  APP001: { means: 'The configuration is wrong.', act: 'Compare what was changed last with what worked.' },
  APP002: { means: 'A module could not be loaded.', act: 'Install the dependencies of this version, then restart.' },
  APP003: {
    means: 'A file or folder may not be used.',
    act: 'Check its owner and mode against the user the bot runs as.',
  },
  APP004: {
    means: 'A resource is used up: memory, descriptors, disk.',
    act: 'See the resources view for which; find who uses it.',
  },
  ECONNREFUSED: {
    means: 'Nothing listens at that address and port.',
    act: 'Start what should listen there, or correct host and port.',
  },
  ECONNRESET: {
    means: 'The other side cut the connection.',
    act: 'Look at its log at this moment: a restart, a crash, a limit.',
  },
  ECONNABORTED: {
    means: 'The connection was given up.',
    act: 'Look at the network, and at the time limit of the request.',
  },
  ETIMEDOUT: {
    means: 'No answer within the time.',
    act: 'Check that the other side runs, and what lies between: firewall, DNS, route.',
  },
  ESOCKETTIMEDOUT: {
    means: 'No answer within the time.',
    act: 'Check the other side, and the time limit of the request.',
  },
  EADDRINUSE: {
    means: 'Something listens on that port already.',
    act: 'Find it with ss -ltnp; often an orphan of this very bot, or a second instance.',
  },
  EADDRNOTAVAIL: {
    means: 'This machine has no such address, or no free port is left.',
    act: 'Check the address; count the connections in TIME-WAIT.',
  },
  EPIPE: { means: 'The reader of what was written is gone.', act: 'Look why the other side ended.' },
  EHOSTUNREACH: { means: 'There is no way to that host.', act: 'Check routes and firewall.' },
  ENETUNREACH: {
    means: 'There is no way to that network.',
    act: 'Check routes; where it is IPv6, whether this machine has any.',
  },
  ENOTFOUND: { means: 'The name is not known to DNS.', act: 'Check its spelling, then the resolver.' },
  EAI_AGAIN: { means: 'DNS did not answer.', act: 'Check the resolver of this machine and the network.' },
  ENOENT: { means: 'A file or folder is not there.', act: 'Check the path, and the folder the bot was started in.' },
  EACCES: {
    means: 'A file may not be used, or a port below 1024 not opened.',
    act: 'Check owner and mode against the user the bot runs as.',
  },
  EPERM: { means: 'The system does not permit it.', act: 'Check the user the bot runs as, and its limits.' },
  EMFILE: {
    means: 'The process has as many files open as it may.',
    act: 'Look for a leak of descriptors; raise its limit of open files only then.',
  },
  ENFILE: { means: 'The machine has as many files open as it may.', act: 'Find who holds them.' },
  ENOSPC: {
    means: 'The disk is full, or the watches of inotify are.',
    act: 'See the resources view for which disk; logs are the usual ones.',
  },
  ENOMEM: { means: 'The system gave no memory.', act: 'See the resources view; find who holds it.' },
  EROFS: {
    means: 'The file system is read-only.',
    act: 'Look at the kernel’s log: it may have been made so after an error of the disk.',
  },
  EBUSY: { means: 'It is in use.', act: 'Find who uses it.' },
  EFATAL: {
    means: 'The bot’s library could not reach Telegram.',
    act: 'Read the cause behind it; check network and DNS.',
  },
  OOM: {
    means: 'Memory ran out.',
    act: 'Look at the bot’s curve of memory: a leak grows without end. Raising --max-old-space-size only puts it off.',
  },
  MODULE_NOT_FOUND: {
    means: 'A module is not there.',
    act: 'Install the dependencies of this version, then restart; check the folder it starts in.',
  },
  ERR_MODULE_NOT_FOUND: {
    means: 'A module is not there.',
    act: 'Install the dependencies of this version, then restart; in ESM the file’s ending is needed.',
  },
  ERR_REQUIRE_ESM: {
    means: 'A module of ESM was asked for with require.',
    act: 'Use import, or the version before it.',
  },
  ERR_UNHANDLED_REJECTION: {
    means: 'A promise failed and nobody waited for it; Node ends the process.',
    act: 'Catch it where it is made. Until then PM2 restarts the bot each time.',
  },
  ERR_STREAM_WRITE_AFTER_END: {
    means: 'Something was written to a stream that had ended.',
    act: 'The bot’s own fault: see the trace.',
  },
  ERR_SOCKET_CONNECTION_TIMEOUT: {
    means: 'No connection within the time.',
    act: 'Check the other side and the network.',
  },
  ERR_HTTP_HEADERS_SENT: { means: 'A request was answered twice.', act: 'The program’s own fault: see the trace.' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    means: 'The certificate is for another name.',
    act: 'Check the address, then the certificate.',
  },
  CERT_HAS_EXPIRED: { means: 'A certificate has expired.', act: 'Renew it, and find out why it was not.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    means: 'A certificate is signed by itself.',
    act: 'Give the program the authority it should trust.',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    means: 'A certificate’s chain is incomplete.',
    act: 'Let the server send the intermediate certificates.',
  },
  NOAUTH: { means: 'Redis wants a password and got none.', act: 'Put it in the address: redis://:password@host.' },
  WRONGPASS: { means: 'Redis does not accept the password.', act: 'Check user and password of the address.' },
  NOPERM: {
    means: 'This user of Redis may not run this command.',
    act: 'Grant it with ACL SETUSER, or use another user.',
  },
  MISCONF: {
    means: 'Redis could not save to disk and refuses to write.',
    act: 'Look at its log and at the free space; it writes again after the next save that succeeds.',
  },
  READONLY: { means: 'This Redis is a replica, or was made one.', act: 'Point the program to the primary.' },
  LOADING: { means: 'Redis reads its data after a start.', act: 'Wait: it takes seconds to minutes.' },
  MAXMEMORY: {
    means: 'Redis is as full as it may be and throws nothing out.',
    act: 'See the database view; raise maxmemory, or choose a policy that evicts.',
  },
  CLUSTERDOWN: { means: 'The Redis cluster is not complete.', act: 'Look which of its nodes is gone.' },
  MASTERDOWN: { means: 'The replica has lost its primary.', act: 'Look whether the primary runs.' },
  NOREPLICAS: { means: 'Too few replicas take part to write.', act: 'Look which replica is gone.' },
  WRONGTYPE: {
    means: 'A key holds another type than the command needs.',
    act: 'The program’s own fault: two uses of one key.',
  },
  NOSCRIPT: {
    means: 'Redis does not know this script: it was restarted.',
    act: 'The program should send it anew; restart it if it does not.',
  },
  EXECABORT: { means: 'A transaction was given up because of an error within it.', act: 'See the error before it.' },
  CROSSSLOT: { means: 'Keys of one command lie in several slots of the cluster.', act: 'Give them a common {tag}.' },
};
