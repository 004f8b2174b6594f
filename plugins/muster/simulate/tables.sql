-- What the world remembers from day to day; everything else follows from the parameters and the seed.

-- one row: the arguments that the world was made with, and the last day that is written
create or replace table about (seed bigint, users bigint, first_night date, parameters varchar, written date);

-- one row per person who may buy: next_at (ticks) is the next purchase if nothing changes, null after leaving for good
create or replace table rhythm (
    user_no bigint, registered_on date, baby_on date, converts boolean, rate double, dropout double, appetite double,
    responsiveness double, ends_at bigint, next_at bigint, purchase_no integer, purchases integer, last_on date
);

-- one row per second account of a person
create or replace table second_accounts (person_no bigint, user_no bigint, registered_on date);

-- one row per order whose rows have not all arrived
create or replace table open_orders (
    order_no bigint, user_id varchar, ordered_at timestamp, baby_months integer, appetite double, coupon varchar,
    discount double, lines integer, lands_on date, corrected_on date, refunded_on date, is_full_refund boolean
);

-- one row per order that a contact will bring
create or replace table extra_orders (user_no bigint, day date);

-- one row per person with an offer in hand: the first order after from_on and up to to_on gets it
create or replace table offers_in_hand (user_no bigint, offer varchar, from_on date, to_on date);

-- one row per contact, while it counts for fatigue
create or replace table contacts_made (user_no bigint, day date);

-- one row per person who objected after a contact
create or replace table objectors (user_no bigint, day date);

-- one row per member of a group
create or replace table members (group_id varchar, user_no bigint, joined_on date, left_on date);

-- one row per group that the shop has set up because somebody was invited into it
create or replace table opened_groups (group_id varchar, group_name varchar, operator_id varchar);

-- one row per thing that will happen: profile, friend, unfriend, join, leave, opt_out, complaint, blacklist, whitelist
create or replace table agenda (day date, what varchar, user_no bigint, detail varchar);

-- one row per person planned for a contact, ghosts included, with the truth about it
create or replace table handed_out (
    day date, contact_id varchar, user_no bigint, channel varchar, offer varchar, purpose varchar, campaign varchar,
    is_ghost boolean, stage varchar, p_not_contacted double, p_contacted double
);
