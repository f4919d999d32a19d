-- query SELECT trouble() AS id
CREATE FUNCTION trouble() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001'; END $$;
