-- 0096_approvals.sql — an approval says what kind of thing it approves.
ALTER TABLE approval ADD COLUMN kind TEXT NOT NULL DEFAULT 'discount';
