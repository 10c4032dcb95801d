-- The two database roles of production. Run by a database administrator, in the portal's
-- database, before the first migration and after each one; running it again does no harm:
--
--     psql --dbname portal --single-transaction --file deploy/roles.sql
--
-- portal_owner owns the tables and runs `manage.py migrate`. portal_web is what pages and
-- jobs log in as: it reads and writes rows, but neither changes a table nor empties one, and
-- what has happened, been decided or been made cannot be rewritten by it.
-- Passwords are set afterwards: \password portal_owner, \password portal_web

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_owner') THEN
        CREATE ROLE portal_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_web') THEN
        CREATE ROLE portal_web LOGIN;
    END IF;
END
$$;

-- No page waits longer than this.
ALTER ROLE portal_web SET statement_timeout = '5s';
ALTER ROLE portal_web SET lock_timeout = '4s';
ALTER ROLE portal_web SET idle_in_transaction_session_timeout = '60s';

-- Text search; the owner of the tables may not make extensions here.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- Two people do not sit in one seat on the same day.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Tables are made by the owner alone.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO portal_owner;
GRANT USAGE ON SCHEMA public TO portal_web;

-- Rows, but no TRUNCATE, REFERENCES or TRIGGER; also in tables the owner makes later.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal_web;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO portal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO portal_web;

-- Append-only tables: rows are added and read. Not there before the first migration.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'icld_portal_event',
        'icld_portal_letterattachment',
        'finance_grantyear',
        'finance_grantbudget',
        'finance_grantbudgetline',
        'finance_ledgerentry',
        'finance_closing',
        'finance_bankdetails',
        'finance_bookaccounts',
        'finance_paymentexport',
        'applications_reportpaper',
        'applications_decision',
        'applications_decisionyear',
        'applications_applicationpaper',
        'applications_summarypaper',
        'applications_meetingpaper',
        'applications_move',
        'applications_letteranswer',
        'applications_agreementparty',
        'applications_agreementsignature',
        'applications_agreementpaper',
        'applications_message',
        'applications_messagefile',
        'applications_removedfile',
        'applications_sharedassessment',
        'partnerships_minutespaper',
        'partnerships_verifiedminutes'
    ] LOOP
        IF to_regclass('public.' || name) IS NOT NULL THEN
            EXECUTE format('REVOKE UPDATE, DELETE ON TABLE public.%I FROM portal_web', name);
        END IF;
    END LOOP;
END
$$;

-- The triggers that freeze what is published can be silenced by a setting, which migrations
-- use. Any role may make that setting; for the web role it means nothing. A migration may put
-- the function back as it was: one more reason to run this file after each one.
DO $$
BEGIN
    IF to_regprocedure('public._pgtrigger_should_ignore(name)') IS NOT NULL THEN
        CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name)
        RETURNS boolean LANGUAGE plpgsql AS $body$
        BEGIN
            IF session_user = 'portal_web' OR current_user = 'portal_web' THEN
                RETURN FALSE;
            END IF;
            RETURN coalesce(
                trigger_name = ANY(nullif(current_setting('pgtrigger.ignore', true), '')::text[]),
                FALSE
            );
        END;
        $body$;
    END IF;
END
$$;
