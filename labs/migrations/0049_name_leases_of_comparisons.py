from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('labs', '0048_digests_of_saved_comments'),
    ]

    operations = [
        migrations.RenameField(
            model_name='comparison',
            old_name='lease_until',
            new_name='leased_until',
        ),
    ]
