/* link.pml - the link between a handheld and the server as a model for spin: outbox and uplink, a
 * broker that loses, doubles and reorders, intake and record, receipts and standings, with a crash
 * of each end and of the broker, and a record that is put back to an older copy.
 *
 * One device, one epoch, SCANS scans, each a batch of its own. A pipe is a set of messages: on bad
 * days what is in it may be lost, may come again and again, and comes in any order; on calm days it
 * comes once, in any order. A crash is the loss of memory: that its owner is away for a while is
 * the same as that nobody has acted yet. Links, seals and bytes are taken to work (their tests are
 * in tests/protocol); what is modelled is who may forget what, and when.
 *
 * What must hold:
 *   - a beep stands for a committed row; each beeped scan lies on the device or in the record;
 *   - the record holds no scan twice;
 *   - receipts of one generation never fall, and never pass what is committed;
 *   - no device believes more done than the record of that generation holds;
 *   - [ltl progress, under weak fairness] once the bad days end, every scan comes to be in the
 *     record and the device to know it;
 *   - the same with a bound: after SILENCES_MAX silences of calm days.
 *
 * NEVER_PUT_BACK leaves the older copy out: a smaller world, looked at whole in each run.
 * PLANT_X puts a fault in; each must be found (tests/model/check):
 *   PUBACK    the device forgets a scan when the broker has it
 *   COMMIT    the server sends its receipt before the commit
 *   BEEP      the device beeps before its commit
 *   DEDUPE    the record takes a scan as often as it comes
 *   SERIAL    a receipt of another generation is believed
 *   NONCE     an answer to an older question is believed
 *   SILENCE   silence is not taken for loss
 */
#ifndef SCANS
#define SCANS 2 /* at most 3 */
#endif
#define ALL ((1 << SCANS) - 1)
#define SILENCES_MAX 3

bit calm; /* the bad days are over: nothing is lost or doubled, nobody crashes */
byte silences;

/* the device's disk */
byte rows, done; /* numbers 1..rows are committed, 1..done receipted */
bit known;       /* the generation of the last standing */
/* what the postman heard; the device's memory */
byte beeped;
byte sent; /* handed on since it last took back */
bit stood, asking;

/* the pipes; an answer is older when the device has asked anew since */
byte up;
bit hello;
byte receipt[2];  /* by generation; bit n: a receipt through n */
byte standing[2]; /* the same */
#ifdef PLANT_NONCE
byte older[2];
#endif
#ifdef PLANT_PUBACK
byte forgotten;
#define HELD (((1 << rows) - 1) & ~forgotten)
#else
#define HELD ((1 << rows) - 1)
#endif

/* the server's memory */
byte group; /* taken in, not committed */
bit owed;   /* committed, the receipt has not left */
bit asked;
/* its disk */
byte stored;
bit generation;
byte said_through; /* the highest receipt of this generation */
bit doubled;

#define THROUGH(set) (((set) & 1) == 0 -> 0 : (((set) & 2) == 0 -> 1 : (((set) & 4) == 0 -> 2 : 3)))
#define SETTLED (rows == SCANS && stored == ALL && done == SCANS && known == generation)
/* On a calm day a wait is longer than any way there and back, and than anyone's own work. */
#define SILENCE (!calm || (rows == SCANS && up == 0 && !hello && receipt[0] == 0 && \
                           receipt[1] == 0 && standing[0] == 0 && standing[1] == 0 && \
                           group == 0 && !owed && !asked && !(stood && sent < rows)))

inline nothing_is_lost()
{
    assert(beeped <= rows);
    assert(((HELD | stored) & ((1 << beeped) - 1)) == ((1 << beeped) - 1));
    assert(!doubled);
    assert(known != generation || done <= THROUGH(stored))
}

inline take_back() { sent = done }

/* A new nonce. Questions and answers on their way are older from now on, and come to nothing. */
inline ask()
{
    asking = 1;
    hello = 1;
    asked = 0;
#ifdef PLANT_NONCE
    older[0] = older[0] | standing[0];
    older[1] = older[1] | standing[1];
#endif
    standing[0] = 0;
    standing[1] = 0
}

/* ---------------------------------------------------------------- the device */

active proctype postman()
{
    do
#ifdef PLANT_BEEP
    :: d_step { rows == beeped && beeped < SCANS -> beeped++ }
    :: d_step { rows < beeped -> rows = beeped }
#else
    :: d_step { rows == beeped && rows < SCANS -> rows++ } /* COMMIT */
    :: d_step { rows > beeped -> beeped = rows }           /* the beep; after a crash: repeated */
#endif
    od
}

active proctype uplink()
{
    do
    :: d_step { stood && sent < rows -> sent++; up = up | (HELD & (1 << (sent - 1))) }
    :: d_step { !stood && !asking -> ask() } /* connected anew */
    od
}

inline count()
{
    silences = silences + calm;
    assert(silences <= SILENCES_MAX)
}

active proctype timer()
{
    do
#ifndef PLANT_SILENCE
    :: d_step { asking && !hello && SILENCE -> hello = 1; count() }
    :: d_step { stood && sent > done && !asking && SILENCE -> take_back(); ask(); count() }
#endif
    :: d_step { stood && sent == done && !asking && SILENCE && !(calm && SETTLED) -> ask(); count() }
    od
}

inline believe_receipt(g, n)
{
    if
#ifdef PLANT_SERIAL
    :: stood -> done = (n > done -> n : done)
#else
    :: stood && g == known -> done = (n > done -> n : done)
    :: stood && g > known && !asking -> ask()
#endif
    :: else
    fi;
    sent = (sent < done -> done : sent);
    nothing_is_lost()
}

inline believe_standing(g, n)
{
    if
    :: asking && g != known -> known = g; done = n; take_back(); stood = 1; asking = 0
    :: asking && g == known ->
        done = (n > done -> n : done);
        sent = (!stood || sent < done -> done : sent);
        stood = 1;
        asking = 0
    :: else
    fi;
    nothing_is_lost()
}

/* ---------------------------------------------------------------- the pipes */

/* It comes; on bad days it may come again. */
#define COME(set, bits) set = (calm -> set & ~(bits) : set)
#define BATCH(n) \
    :: d_step { up & (1 << (n - 1)) -> group = group | (1 << (n - 1)); COME(up, 1 << (n - 1)) }
#define DOWN(pipe, g, n, believe) \
    :: d_step { pipe[g] & (1 << n) -> COME(pipe[g], 1 << n); believe(g, n) }

active proctype way_up()
{
    do
    BATCH(1)
    BATCH(2)
    BATCH(3)
    :: d_step { hello -> asked = 1; COME(hello, 1) }
#ifdef PLANT_PUBACK
    :: d_step { up != 0 -> forgotten = forgotten | up } /* the broker has it */
#endif
    od
}

active proctype way_down()
{
    do
    DOWN(receipt, 0, 0, believe_receipt)
    DOWN(receipt, 0, 1, believe_receipt)
    DOWN(receipt, 0, 2, believe_receipt)
    DOWN(receipt, 0, 3, believe_receipt)
    DOWN(receipt, 1, 0, believe_receipt)
    DOWN(receipt, 1, 1, believe_receipt)
    DOWN(receipt, 1, 2, believe_receipt)
    DOWN(receipt, 1, 3, believe_receipt)
    DOWN(standing, 0, 0, believe_standing)
    DOWN(standing, 0, 1, believe_standing)
    DOWN(standing, 0, 2, believe_standing)
    DOWN(standing, 0, 3, believe_standing)
    DOWN(standing, 1, 0, believe_standing)
    DOWN(standing, 1, 1, believe_standing)
    DOWN(standing, 1, 2, believe_standing)
    DOWN(standing, 1, 3, believe_standing)
#ifdef PLANT_NONCE
    DOWN(older, 0, 0, believe_standing)
    DOWN(older, 0, 1, believe_standing)
    DOWN(older, 0, 2, believe_standing)
    DOWN(older, 0, 3, believe_standing)
#endif
    od
}

/* ---------------------------------------------------------------- the server */

inline send_down(through)
{
    if
    :: owed ->
        assert(through >= said_through);
        assert(through <= THROUGH(stored));
        said_through = through;
        receipt[generation] = receipt[generation] | (1 << through)
    :: else
    fi;
    if
    :: asked -> standing[generation] = standing[generation] | (1 << through)
    :: else
    fi;
    owed = 0;
    asked = 0
}

active proctype writer()
{
    do
#ifdef PLANT_COMMIT
    :: d_step { group != 0 && !owed -> owed = 1; send_down(THROUGH(stored | group)) }
#endif
    :: d_step { group != 0 && !owed -> /* COMMIT */
#ifdef PLANT_DEDUPE
                doubled = doubled || ((stored & group) != 0);
#endif
                stored = stored | group;
                group = 0;
                owed = 1;
                nothing_is_lost() }
    :: d_step { owed || (asked && group == 0) -> send_down(THROUGH(stored)) }
    od
}

/* ---------------------------------------------------------------- bad days */

inline server_dies()
{
    group = 0;
    owed = 0;
    asked = 0
}

inline put_back(copy) /* an older copy: some of what is in it now */
{
    server_dies();
    stored = stored & copy;
    generation = 1;
    said_through = 0
}

active proctype misfortune()
{
    do
    :: calm -> break
    :: d_step { !calm -> calm = 1 }
    /* The device dies or is cut off: the disk stays. */
    :: d_step { !calm && (stood || asking) -> stood = 0; asking = 0; take_back(); nothing_is_lost() }
    :: d_step { !calm && (group != 0 || owed || asked) -> server_dies() }
#ifndef NEVER_PUT_BACK
    :: d_step { !calm && !generation && stored != 0 -> put_back(0) }
    :: d_step { !calm && !generation && stored > 1 -> put_back(1) }
    :: d_step { !calm && !generation && stored > 2 -> put_back(2) }
#endif
    /* The broker or the net loses. */
    :: d_step { !calm && (up & 1) -> up = up & ~1 }
    :: d_step { !calm && (up & 2) -> up = up & ~2 }
    :: d_step { !calm && (up & 4) -> up = up & ~4 }
    :: d_step { !calm && hello -> hello = 0 }
    :: d_step { !calm && receipt[0] != 0 -> receipt[0] = 0 }
    :: d_step { !calm && receipt[1] != 0 -> receipt[1] = 0 }
    :: d_step { !calm && standing[0] != 0 -> standing[0] = 0 }
    :: d_step { !calm && standing[1] != 0 -> standing[1] = 0 }
    od
}

/* Nothing can happen any more: then all is done. */
active proctype judge() { timeout -> assert(SETTLED) }

#ifdef PROGRESS
ltl progress { [] (calm -> <> SETTLED) }
#endif
