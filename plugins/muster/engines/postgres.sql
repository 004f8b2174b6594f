-- Muster's own objects in a PostgreSQL database. Run whenever a night begins; what is there stays.
--
-- A night's tables are built in schemas `candidate_<layer>`. make_whole() renames them to `release_<id>_<layer>` and
-- attaches each mart as a partition of `released.<mart>`; readers' `marts.<mart>` is a view of the partition that the one
-- row of muster.pointer names. Moving that row is the publication: no reader waits, none is interrupted, and views that
-- readers built over `marts` are never touched.
--
-- Tables that change little from night to night are carried: `kept.<table>` holds a row once for all releases, with the
-- release that it came in with and those that it was gone in. A release sees the rows of its own lineage: itself, the
-- release that it was built on, and so on.
create schema if not exists muster;
create schema if not exists marts;
create schema if not exists released;
create schema if not exists kept;

create table if not exists muster.releases (
    id bigint generated always as identity primary key,
    name text not null unique,
    as_of_date date not null,
    lineage bigint[] not null default '{}',
    is_whole boolean not null default false
);

create table if not exists muster.pointer (
    is_only_row boolean primary key default true check (is_only_row),
    release_id bigint not null references muster.releases
);

-- Replacing it would wait for readers of the marts that stand on it, and others would wait behind that.
do $$
begin
    if to_regclass('muster.shown') is null then
        create view muster.shown as
        select releases.id, releases.as_of_date, releases.lineage
        from muster.pointer
        inner join muster.releases on pointer.release_id = releases.id;
    end if;
end
$$;


-- A candidate built on the release `previous_name`, null before the first one; returns its id, null where there is no
-- such release.
create or replace function muster.begin_release(name text, as_of_date date, previous_name text) returns bigint
language sql as $$
    with previous as (
        select lineage from muster.releases where releases.name = previous_name and is_whole
        union all
        select '{}' where previous_name is null
    ), begun as (
        insert into muster.releases (name, as_of_date, lineage) select $1, $2, lineage from previous
        returning id
    )
    select id from begun
$$;


-- The columns of a table as an SQL list, those that Muster added (`_...`) left out.
create or replace function muster.columns_of(relation regclass, without text[] default '{}')
returns table (name text, type text)
language sql stable as $$
    select format('%I', attname), format_type(atttypid, atttypmod)
    from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped
        and left(attname, 1) <> '_' and attname <> all (without)
    order by attnum
$$;


-- Columns that a newer version of Muster has and an older one had not, or the other way round.
create or replace function muster.add_missing_columns(poorer regclass, richer regclass, without text[] default '{}')
returns boolean
language plpgsql as $$
declare
    missing record;
    has_added boolean := false;
begin
    for missing in
        select model.name, model.type, own.type as own_type
        from muster.columns_of(richer, without) as model
        left join muster.columns_of(poorer) as own on own.name = model.name
        where own.type is distinct from model.type
    loop
        if missing.own_type is not null then
            raise exception 'column % of % is % and was %', missing.name, richer, missing.type, missing.own_type
                using hint = format('drop table %s cascade, which removes older releases of this table', poorer);
        end if;
        execute format('alter table %s add column %s %s', poorer, missing.name, missing.type);
        has_added := true;
    end loop;
    return has_added;
end
$$;


-- What `kept.<table>` shows to a lineage, given as SQL.
create or replace function muster.kept_in(table_name text, as_of_date text, lineage text) returns text
language sql as $$
    select format(
        'select %s as as_of_date, %s from kept.%I where _born_in in (select unnest(%s)) '
        'and (_gone_in = ''{}'' or not _gone_in && %s)',
        as_of_date, (select string_agg(name, ', ') from muster.columns_of(format('kept.%I', table_name)::regclass)),
        table_name, lineage, lineage
    )
$$;


-- Carry a table: the rows of `<schema>.<table>__tonight` that the release before had stay where they are, others come
-- and go; `<schema>.<table>` becomes a view of them. Rows are compared whole. May be repeated in a night.
create or replace function muster.carry(release_id bigint, schema_name text, table_name text) returns void
language plpgsql as $$
declare
    release muster.releases;
    tonight regclass := format('%I.%I', schema_name, table_name || '__tonight');
    store text := format('kept.%I', table_name);
    names text;
    is_seen text := 's._born_in = any($2) and not s._gone_in && $2';
    is_same text;
begin
    select * into strict release from muster.releases where id = release_id;
    execute format(
        'create table if not exists %s (%s, _born_in bigint not null, _gone_in bigint[] not null default ''{}'')', store,
        (select string_agg(name || ' ' || type, ', ') from muster.columns_of(tonight, '{as_of_date}'))
    );
    perform muster.add_missing_columns(store::regclass, tonight, '{as_of_date}');
    select
        string_agg(name, ', '),
        format(
            'md5(row(%s)::text) = md5(row(%s)::text)', string_agg('s.' || name, ', '), string_agg('t.' || name, ', ')
        )
    into names, is_same
    from muster.columns_of(tonight, '{as_of_date}');
    execute format('delete from %s where _born_in = $1', store) using release_id;
    execute format('update %s set _gone_in = array_remove(_gone_in, $1) where $1 = any(_gone_in)', store) using release_id;
    execute format(
        'insert into %1$s (%2$s, _born_in) select %2$s, $1 from %3$s as t '
        'where not exists (select from %1$s as s where %4$s and %5$s)',
        store, names, tonight, is_seen, is_same
    ) using release_id, release.lineage;
    execute format(
        'update %1$s as s set _gone_in = _gone_in || $1 where %3$s and not exists (select from %2$s as t where %4$s)',
        store, tonight, is_seen, is_same
    ) using release_id, release.lineage;
    -- unless it is counted, tonight's joins take it for a handful of rows
    execute format('analyze %s', store);
    execute format('drop table %s', tonight);
    execute format('create view %I.%I as %s', schema_name, table_name, muster.kept_in(
        table_name, format('date %L', release.as_of_date), format('%L::bigint[]', release.lineage || release_id)
    ));
end
$$;


-- Show readers a mart through the pointer; a view that is there keeps its columns, new ones stand last.
create or replace function muster.point_view(table_name text, body text) returns void
language plpgsql as $$
declare
    known regclass := to_regclass(format('marts.%I', table_name));
    names text;
begin
    execute format('create or replace temporary view _pointed as %s', body);
    select string_agg(n.name, ', ' order by o.place nulls last, n.place) into names
    from muster.columns_of('pg_temp._pointed') with ordinality as n (name, type, place)
    left join muster.columns_of(known) with ordinality as o (name, type, place) on o.name = n.name;
    drop view pg_temp._pointed;
    execute format('create or replace view marts.%I as select %s from (%s) as pointed', table_name, names, body);
end
$$;


-- The candidate becomes a release, which nobody is shown yet. One transaction; repeated, it does nothing.
create or replace function muster.make_whole(release_id bigint) returns void
language plpgsql as $$
declare
    layer text;
    mart record;
    parent text;
    is_new boolean;
begin
    if (select is_whole from muster.releases where id = release_id) then
        return;
    end if;
    foreach layer in array array['marts', 'state', 'policy'] loop
        execute format('alter schema %I rename to %I', 'candidate_' || layer, format('release_%s_%s', release_id, layer));
    end loop;
    for mart in
        select oid::regclass as name, relname, relkind from pg_class
        where relnamespace = format('release_%s_marts', release_id)::regnamespace and relkind in ('r', 'v')
    loop
        is_new := to_regclass(format('marts.%I', mart.relname)) is null;
        if mart.relkind = 'v' then
            if is_new or exists (
                select from muster.columns_of(mart.name)
                except select from muster.columns_of(format('marts.%I', mart.relname)::regclass)
            ) then
                perform muster.point_view(mart.relname, muster.kept_in(
                    mart.relname, '(select as_of_date from muster.shown)', '(select lineage from muster.shown)'
                ));
            end if;
            continue;
        end if;
        parent := format('released.%I', mart.relname);
        execute format('alter table %s add column _release_id bigint not null default %s', mart.name, release_id);
        if to_regclass(parent) is null then
            execute format('create table %s (like %s) partition by list (_release_id)', parent, mart.name);
        end if;
        perform muster.add_missing_columns(mart.name, parent::regclass);
        if muster.add_missing_columns(parent::regclass, mart.name) or is_new then
            perform muster.point_view(mart.relname, format(
                'select %s from %s where _release_id = (select release_id from muster.pointer)',
                (select string_agg(name, ', ') from muster.columns_of(parent::regclass)), parent
            ));
        end if;
        execute format('alter table %s attach partition %s for values in (%s)', parent, mart.name, release_id);
    end loop;
    update muster.releases set is_whole = true, lineage = lineage || release_id where id = release_id;
end
$$;


-- Remove a release's tables, and what is known of it or of a candidate, whose schemas the next one drops.
create or replace function muster.drop_release(release_id bigint) returns void
language plpgsql as $$
declare
    layer text;
begin
    foreach layer in array array['marts', 'state', 'policy'] loop
        execute format('drop schema if exists %I cascade', format('release_%s_%s', release_id, layer));
    end loop;
    delete from muster.releases where id = release_id;
end
$$;


-- Remove kept rows that no release can see, and what candidates that came to nothing have noted.
create or replace function muster.remove_unseen_rows() returns void
language plpgsql as $$
declare
    store regclass;
    known bigint[] := array(select distinct unnest(lineage || id) from muster.releases);
begin
    for store in select oid::regclass from pg_class where relnamespace = 'kept'::regnamespace and relkind = 'r' loop
        execute format(
            'delete from %s where _born_in <> all ($1) or _gone_in <> ''{}'' and not exists ('
            'select from muster.releases where _born_in = any(lineage || id) and not _gone_in && (lineage || id))', store
        ) using known;
        execute format(
            'update %s set _gone_in = array(select unnest(_gone_in) intersect select unnest($1)) where not _gone_in <@ $1',
            store
        ) using known;
    end loop;
end
$$;
