-- nobody but customers has tags, and only a list (interests, survey answers) gives a customer several of one kind
select
    tags.user_id,
    tags.category,
    count(*) as tags
from {{ ref("customer_tags") }} as tags
left join {{ ref("customers") }} as customers on tags.user_id = customers.user_id
group by tags.user_id, tags.category
having
    count(customers.user_id) = 0
    or (tags.category not in ('interest', 'survey') and count(*) > 1)
