SELECT staged, action, record_id, place, cur_seq, known, status, hash FROM (
  SELECT staged, record_id, place, cur_seq,
    bitShiftRight(info, 32) AS known, bitAnd(bitShiftRight(info, 16), 255) AS op, bitAnd(bitShiftRight(info, 8), 255) AS status, bitAnd(info, 255) AS owner,
    multiIf(staged > 0 AND op != 1, 'insert', staged > 0 AND owner = 2, 'superseded', staged > 0 AND new_hash != cur_hash, 'update',
      staged > 0 AND owner = 1, 'adopt', staged > 0, 'none', if(refused = 0 AND op = 1 AND owner = 0, 'delete', 'none')) AS action,
    if(staged > 0, new_hash, cur_hash) AS hash
  FROM (
    SELECT record_id, countIf(src = 1) AS staged, countIf(src = 2) AS refused, max(u.place) AS place, argMaxIf(hash, u.place, src = 1) AS new_hash,
      max(seq) AS cur_seq, argMaxIf(hash, seq, src = 0) AS cur_hash, argMaxIf(u.info, seq, src = 0) AS info
    FROM (
      SELECT record_id, 1 AS src, place, content_hash AS hash, toUInt64(0) AS seq, toUInt64(0) AS info FROM credit.bidding_blacklist_stage WHERE run_no = 7 AND record_id >= unhex('40000000000000000000000000000000') AND record_id < unhex('80000000000000000000000000000000')
      UNION ALL
      SELECT record_id, 2, toUInt64(0), toUInt64(0), toUInt64(0), toUInt64(0) FROM credit.reject_stage WHERE run_no = 7 AND record_id != toFixedString('', 16) AND record_id >= unhex('40000000000000000000000000000000') AND record_id < unhex('80000000000000000000000000000000')
      UNION ALL
      SELECT record_id, 0, toUInt64(0), content_hash, seq,
        bitShiftLeft(toUInt64(version), 32) + bitShiftLeft(toUInt64(toInt8(op)), 16) + bitShiftLeft(toUInt64(toInt8(status)), 8) + multiIf(pipeline = 'p', 0, pipeline IN ('low'), 1, 2)
      FROM credit.bidding_blacklist_current WHERE 1 AND record_id >= unhex('40000000000000000000000000000000') AND record_id < unhex('80000000000000000000000000000000')
    ) AS u GROUP BY record_id
  )
)
