-- Chance by hash: the same seed, purpose and ids give the same draw. Hashed twice, because DuckDB combines the hashes
-- of several values by exclusive or, and draws of two purposes would be mirror images of each other.
create temp macro p(name) as getvariable(name);
create temp macro mixed(purpose, a, b) as hash(hash(p('seed'), purpose, a::bigint, b::bigint));
create temp macro draw(purpose, a, b := 0) as ((mixed(purpose, a, b) >> 12)::double + 0.5) / 4503599627370496.0;
create temp macro dice(purpose, sides, a, b := 0) as (mixed(purpose, a, b) % sides::ubigint)::bigint;
create temp macro exponential(purpose, a, b := 0) as -ln(draw(purpose, a, b));
create temp macro unit_gamma(purpose, shape, a) as
    list_sum(list_transform(range(shape), lambda i: exponential(purpose, a, i + 1))) / shape;
create temp macro bucket(purpose, a, b := 0) as dice(purpose, 1000, a, b);
create temp macro nth(day) as day - date '2000-01-01';
create temp macro moment(day, seconds) as day::timestamp + to_seconds(seconds::bigint);
create temp macro in_hours(day, first_hour, last_hour, purpose, a, b := 0) as
    moment(day, first_hour * 3600 + dice(purpose, (last_hour - first_hour) * 3600, a, b));
create temp macro user_id(user_no) as 'U' || lpad(user_no::varchar, 8, '0');
create temp macro user_no_of(id) as try_cast(substr(id, 2) as bigint);
create temp macro later(day, days) as day + days::integer;
